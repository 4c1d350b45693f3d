// From noise to samples: 150 points follow the probability flow of a mixture of three round normal
// distributions, whose best denoiser is known, as their noise is made weaker; perhaps guided to one.
{
  const { Plaything, Panel, html, mean, pairs, path, shown, spot, stored, whereIs } = play;

  const GROUPS = ["left", "right", "above"];
  const WIDE = 5; // half of what the picture shows when there is no noise
  const GRID = Array.from({ length: 13 }, (_, at) => -4.8 + 0.8 * at);

  class Flow extends Plaything {
    static label = "From noise to samples";
    static state = {
      step: [13, 0, 29],
      group: [0, 0, 3],
      guidance: [1, 0, 4],
      score: [0, 0, 1],
      x: [3.2, -25, 25],
      y: [2.4, -25, 25],
    };

    build() {
      const { weights, means, variances, noise, sigmas } = stored.flow;
      this.mixture = pairs(means).map((at, k) => ({ weight: weights[k], mean: at, variance: variances[k] }));
      this.sigmas = [...sigmas];
      this.start = pairs(noise).map((z) => z.map((at) => at * sigmas[0]));
      const box = { x: [-WIDE, WIDE], y: [-WIDE, WIDE], axes: false };
      this.plane = new Panel("Points on their way, coloured by where they end", box);
      this.arrows = this.plane.line("flow-arrows");
      this.heads = this.plane.line("flow-heads");
      this.circles = this.plane.line("flow-circles");
      this.spots = GROUPS.map((_, k) => this.plane.line(`flow-${k}`));
      this.way = this.plane.line("second");
      const place = () => [this.state.x, this.state.y].map((at) => at / this.zoom);
      const move = (x, y) => this.set({ x: x * this.zoom, y: y * this.zoom });
      this.handle(this.plane, "A point of your own", place, move);
      const group = (k) => (k ? GROUPS[k - 1] : "none");
      this.mode = this.button("Arrows of the score", () => this.set({ score: 1 - this.state.score }));
      return [
        html("div", { class: "play-one" }, this.plane.node,
          html("div", {},
            html("div", { class: "play-controls" },
              this.slider("step", "Noise σ", { step: 1, say: (k) => shown(this.sigmas[k], 2) }),
              this.slider("group", "Class", { step: 1, say: group }),
              this.slider("guidance", "Guidance g", { step: 0.1, say: (g) => (this.state.group ? shown(g, 1) : "no class") })),
            html("div", { class: "play-buttons" },
              this.button("Flow", () => this.run(120)),
              this.button("One step", () => this.set({ step: this.state.step + 1 })),
              this.mode),
            this.numbers({ clean: "Denoiser's answer for yours", score: "Length of its score", likely: "Its likeliest class", ends: "The flow takes it to", shares: "Points left, right, above" }))),
      ];
    }

    take(changes) {
      super.take(changes);
      for (const name of ["step", "group", "score"]) this.state[name] = Math.round(this.state[name]);
    }

    // The picture shows more of the plane where the noise is strong.
    get zoom() {
      return Math.hypot(1, this.sigmas[Math.round(this.state.step)] / 2.2);
    }

    // Where the denoiser of some of the groups leads a point, and the probabilities of these.
    answer(groups, [x, y], sigma) {
      const totals = groups.map(({ variance }) => variance + sigma * sigma);
      const logs = groups.map(({ weight, mean: [m, n] }, k) =>
        Math.log(weight / totals[k]) - ((x - m) ** 2 + (y - n) ** 2) / (2 * totals[k]));
      const top = Math.max(...logs);
      const parts = logs.map((log) => Math.exp(log - top));
      const sum = parts.reduce((a, b) => a + b);
      const shares = parts.map((part) => part / sum);
      const clean = [x, y].map((at, axis) =>
        groups.reduce((a, { mean, variance }, k) =>
          a + shares[k] * (mean[axis] + (variance / totals[k]) * (at - mean[axis])), 0));
      return { shares, clean };
    }

    // The denoiser, guided to the class if there is one.
    denoise(place, sigma) {
      const { group, guidance } = this.state;
      const plain = this.answer(this.mixture, place, sigma).clean;
      if (!group) return plain;
      const told = this.answer([this.mixture[group - 1]], place, sigma).clean;
      return plain.map((at, axis) => at + guidance * (told[axis] - at));
    }

    // One step of Heun's from one strength of noise to the next.
    heun(place, now, after) {
      const slope = (at, sigma) => {
        const clean = this.denoise(at, sigma);
        return at.map((x, axis) => (x - clean[axis]) / sigma);
      };
      const first = slope(place, now);
      const second = slope(place.map((at, axis) => at + (after - now) * first[axis]), after);
      return place.map((at, axis) => at + ((after - now) * (first[axis] + second[axis])) / 2);
    }

    // Where a point is at each strength of noise from this step on.
    follow(place, step) {
      const way = [place];
      for (let k = step; k + 1 < this.sigmas.length; k++) way.push(this.heun(way.at(-1), this.sigmas[k], this.sigmas[k + 1]));
      return way;
    }

    // The ways of all points, which class and guidance decide.
    get ways() {
      const key = `${this.state.group} ${this.state.group ? this.state.guidance : ""}`;
      if (key !== this.known) [this.known, this.found] = [key, this.start.map((place) => this.follow(place, 0))];
      return this.found;
    }

    nearest([x, y]) {
      const far = this.mixture.map(({ mean: [m, n] }) => Math.hypot(x - m, y - n));
      return far.indexOf(Math.min(...far));
    }

    get values() {
      const { step, x, y } = this.state;
      const [sigma, zoom] = [this.sigmas[step], this.zoom];
      const clean = this.denoise([x, y], sigma);
      const ends = this.ways.map((way) => this.nearest(way.at(-1)));
      const grid = GRID.flatMap((a) => GRID.map((b) => [a * zoom, b * zoom]));
      return {
        sigma,
        clean,
        score: Math.hypot(clean[0] - x, clean[1] - y) / sigma ** 2,
        shares: this.answer(this.mixture, [x, y], sigma).shares,
        way: this.follow([x, y], step),
        points: this.ways.map((way) => way[step]),
        counts: GROUPS.map((_, k) => ends.filter((end) => end === k).length),
        field: grid.map((place) => this.denoise(place, sigma)),
      };
    }

    draw() {
      const { sigma, clean, score, shares, way, points, counts, field } = this.values;
      const zoom = this.zoom;
      const seen = (place) => place.map((at) => at / zoom);
      const from = GRID.flatMap((a) => GRID.map((b) => [a, b]));
      const size = this.state.score ? sigma ** -2 : 1;
      const to = from.map((place, n) => shorten(place, seen(field[n]), size * zoom));
      this.arrows.setAttribute("d", from.map((place, n) => path([place, to[n]])).join(""));
      this.heads.setAttribute("d", to.map((place) => spot(...place)).join(""));
      this.circles.setAttribute("d", this.mixture.map((group) => circle(group, zoom)).join(""));
      const ends = this.ways.map((all) => this.nearest(all.at(-1)));
      this.spots.forEach((line, k) => {
        line.setAttribute("d", points.filter((_, n) => ends[n] === k).map((place) => spot(...seen(place))).join(""));
      });
      this.way.setAttribute("d", path(way.map(seen)));
      this.mode.setAttribute("aria-pressed", Boolean(this.state.score));
      const { step, score: ofScore, group, guidance, x, y } = this.state;
      const far = Math.sqrt(mean(points.map(([a, b]) => a * a + b * b)));
      const told = group ? `, guided to the class ${GROUPS[group - 1]} with g = ${shown(guidance, 1)}` : "";
      this.plane.tell(`${points.length} points ${step ? `after ${step} steps` : "of noise alone"}${told}, ${shown(far)} from the middle in the root mean square, in a picture that shows ${shown(WIDE * zoom, 1)} to each side; ${GROUPS.map((name, k) => `${counts[k]} end ${name}`).join(", ")}; arrows of the ${ofScore ? "score" : "denoiser"}; yours at ${whereIs([x, y])}, whose way ends at ${whereIs(way.at(-1))}`);
      const pair = (at) => at.map((number) => shown(number)).join(", ");
      const top = shares.indexOf(Math.max(...shares));
      this.say({
        clean: pair(clean),
        score: shown(score),
        likely: `${GROUPS[top]}, ${shown(100 * shares[top], 0)} %`,
        ends: pair(way.at(-1)),
        shares: counts.join(", "),
      });
    }
  }

  // An arrow that shows how long something is, but never covers the next one.
  const shorten = ([x, y], [to, up], size) => {
    const far = Math.hypot(to - x, up - y);
    const share = far && (0.65 * Math.tanh((size * far) / 3)) / far;
    return [x + share * (to - x), y + share * (up - y)];
  };

  // The line that most clean samples of a group lie within: two standard deviations from its mean.
  const circle = ({ mean, variance }, zoom) => {
    const angles = Array.from({ length: 41 }, (_, at) => (at * Math.PI) / 20);
    const radius = 2 * Math.sqrt(variance);
    return path(angles.map((angle) => [(mean[0] + radius * Math.cos(angle)) / zoom, (mean[1] + radius * Math.sin(angle)) / zoom]));
  };

  customElements.define("play-flow", Flow);
}
