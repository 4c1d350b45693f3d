// The best denoiser of samples from a mixture of narrow normal distributions along a spiral: the mean
// of the clean samples that may have led to a noisy one.
{
  const { Plaything, Panel, html, mean, pairs, path, round, shown, spot, stored, whereIs } = play;

  const VARIANCE = 0.01; // of each component, in either direction
  const GRID = Array.from({ length: 13 }, (_, at) => -3 + at / 2);

  // A number from the standard normal distribution.
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

  class Denoiser extends Plaything {
    static label = "The arrows of a denoiser";
    static state = { sigma: [0.3, 0.05, 2], x: [1.9, -3.4, 3.4], y: [-1.9, -3.4, 3.4] };

    build() {
      const { means } = stored.denoiser;
      this.means = pairs(means);
      this.plane = new Panel("Clean samples, and where the denoiser leads", { x: [-3.5, 3.5], y: [-3.5, 3.5], axes: false });
      this.plane.line("clean").setAttribute("d", this.means.map((place) => spot(...place)).join(""));
      this.arrows = this.plane.line("arrows");
      this.heads = this.plane.line("heads");
      this.way = this.plane.line("second");
      this.handle(this.plane, "Noisy sample", () => [this.state.x, this.state.y], (x, y) => this.set({ x, y }));
      return [
        html("div", { class: "play-one" }, this.plane.node,
          html("div", {},
            html("div", { class: "play-controls" }, this.slider("sigma", "Noise σ", { log: true, step: 0.01 })),
            html("div", { class: "play-buttons" },
              this.button("Add noise", () => this.shake()),
              this.button("Denoise", () => this.denoise())),
            this.numbers({ noisy: "Noisy sample", clean: "The denoiser's answer", far: "Length of the arrow", score: "Length of the score", likely: "Likeliest component" }))),
      ];
    }

    shake() {
      const { sigma, x, y } = this.state;
      this.set({ x: round(x + sigma * normal()), y: round(y + sigma * normal()) });
    }

    denoise() {
      const [x, y] = this.values.clean.map((at) => round(at));
      this.set({ x, y });
    }

    // The probabilities of the components given a noisy sample, and the mean of what was clean.
    answer([x, y]) {
      const total = VARIANCE + this.state.sigma ** 2;
      const logs = this.means.map(([m, n]) => -((x - m) ** 2 + (y - n) ** 2) / (2 * total));
      const top = Math.max(...logs);
      const weights = logs.map((log) => Math.exp(log - top));
      const sum = weights.reduce((a, b) => a + b);
      const shares = weights.map((weight) => weight / sum);
      const keep = VARIANCE / total;
      const centre = [0, 1].map((axis) => shares.reduce((a, share, k) => a + share * this.means[k][axis], 0));
      return { shares, clean: [x, y].map((at, axis) => centre[axis] + keep * (at - centre[axis])) };
    }

    get values() {
      const noisy = [this.state.x, this.state.y];
      const { shares, clean } = this.answer(noisy);
      const far = Math.hypot(clean[0] - noisy[0], clean[1] - noisy[1]);
      const field = GRID.flatMap((x) => GRID.map((y) => this.answer([x, y]).clean));
      return { clean, far, score: far / this.state.sigma ** 2, likely: Math.max(...shares), field };
    }

    draw() {
      const { clean, far, score, likely, field } = this.values;
      const from = GRID.flatMap((x) => GRID.map((y) => [x, y]));
      // At most as long as the grid is wide, so that no arrow covers another.
      const to = from.map((place, n) => shorten(place, field[n]));
      this.arrows.setAttribute("d", from.map((place, n) => path([place, to[n]])).join(""));
      this.heads.setAttribute("d", to.map((place) => spot(...place)).join(""));
      const noisy = [this.state.x, this.state.y];
      this.way.setAttribute("d", path([noisy, clean]));
      const lengths = from.map(([x, y], n) => Math.hypot(x - field[n][0], y - field[n][1]));
      this.plane.tell(`a spiral of clean samples, a noisy one at ${whereIs(noisy)}, and an arrow of length ${shown(far)} from it to ${whereIs(clean)}; over the whole picture the arrows are ${shown(mean(lengths))} long, on average`);
      const pair = (at) => at.map((number) => shown(number)).join(", ");
      this.say({ noisy: pair(noisy), clean: pair(clean), far: shown(far), score: shown(score), likely: `${shown(100 * likely, 0)} %` });
    }
  }

  const shorten = ([x, y], [to, up]) => {
    const share = Math.min(1, 0.4 / Math.hypot(to - x, up - y));
    return [x + share * (to - x), y + share * (up - y)];
  };

  customElements.define("play-denoiser", Denoiser);
}
