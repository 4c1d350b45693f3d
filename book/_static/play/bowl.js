// A heavy ball on J(w) = (w1^2 + steepness w2^2) / 2: p <- momentum p - rate grad J, w <- w + p.
{
  const { Plaything, Panel, html, path, spot, round, shown, whereIs } = play;

  const STEPS = 60;
  const LEVELS = [0.5, 3, 12, 30, 60];
  const FLOOR = 1e-8; // of the curve of J, which is drawn in powers of ten
  const bowl = ([w1, w2], steepness) => (w1 * w1 + steepness * w2 * w2) / 2;

  // Where the ball is after each step, the start included.
  const roll = ({ x, y, rate, momentum, steepness }) => {
    const places = [[x, y]];
    let [w, p] = [[x, y], [0, 0]];
    for (let step = 0; step < STEPS; step++) {
      const gradient = [w[0], steepness * w[1]];
      p = p.map((speed, axis) => momentum * speed - rate * gradient[axis]);
      w = w.map((at, axis) => at + p[axis]);
      places.push(w);
    }
    return places;
  };

  // The factor by which a step shrinks the slowest part, in the long run: the larger root of
  // z^2 - (1 + momentum - rate d) z + momentum.
  const factor = (d, { rate, momentum }) => {
    const half = (1 + momentum - rate * d) / 2;
    const root = half * half - momentum;
    return root <= 0 ? Math.sqrt(momentum) : Math.abs(half) + Math.sqrt(root);
  };

  class Bowl extends Plaything {
    static label = "A ball on a bowl";
    static state = {
      rate: [0.055, 0.001, 0.2],
      momentum: [0, 0, 0.99],
      steepness: [30, 1, 100],
      x: [-9, -10, 10],
      y: [1.5, -2.4, 2.4],
      step: [STEPS, 0, STEPS],
    };

    build() {
      this.valley = new Panel("From above", { x: [-10, 10], y: [-2.4, 2.4], shape: 1.9 });
      this.contours = this.valley.line("contour");
      this.trace = this.valley.line("curve");
      this.places = this.valley.line("spots");
      this.ball = this.valley.line("marked");
      const start = () => [this.state.x, this.state.y];
      this.handle(this.valley, "Start of the ball", start, (x, y) => this.set({ x, y }));
      const chart = { x: [0, STEPS], y: [Math.log10(FLOOR), 3], shape: 1.9, axes: false };
      this.chart = new Panel("J after each step, in powers of ten", { ...chart, note: `0 to ${STEPS} steps; a line at 1` });
      this.chart.line("axes").setAttribute("d", path([[0, 0], [STEPS, 0]]));
      this.curve = this.chart.line("curve");
      this.now = this.chart.line("marked");
      this.roll = this.button("Roll", () => this.run(80));
      return [
        html("div", { class: "play-panels play-two" }, this.valley.node, this.chart.node),
        html("div", { class: "play-controls" },
          this.slider("rate", "Rate ε", { log: true, step: 0.005, say: (value) => shown(value, 4) }),
          this.slider("momentum", "Momentum μ"),
          this.slider("steepness", "Steepness d₁", { step: 1, say: (value) => shown(value, 0) }),
          this.slider("step", "Steps", { step: 1, say: (value) => shown(value, 0) })),
        html("div", { class: "play-buttons" }, this.roll,
          this.button("Best rate", () => this.best(false)),
          this.button("Best rate and momentum", () => this.best(true))),
        this.numbers({ left: "J where the ball is", factor: "A step's slowest factor", verdict: "In the long run" }),
      ];
    }

    // The settings that bring the slowest part down fastest, without and with momentum.
    best(heavy) {
      const root = Math.sqrt(this.state.steepness);
      const rate = heavy ? (2 / (root + 1)) ** 2 : 2 / (this.state.steepness + 1);
      const momentum = heavy ? ((root - 1) / (root + 1)) ** 2 : 0;
      this.set({ rate: Number(rate.toPrecision(3)), momentum: round(momentum, 2) });
    }

    get values() {
      const places = roll(this.state);
      return {
        places,
        heights: places.map((place) => bowl(place, this.state.steepness)),
        factor: Math.max(factor(1, this.state), factor(this.state.steepness, this.state)),
      };
    }

    draw() {
      const { places, heights, factor } = this.values;
      const { step, steepness } = this.state;
      const seen = places.slice(0, step + 1).filter((place) => place.every((at) => Math.abs(at) < 1e4));
      this.contours.setAttribute("d", LEVELS.map((level) => ellipse(level, steepness)).join(""));
      this.trace.setAttribute("d", path(seen));
      this.places.setAttribute("d", seen.map(([x, y]) => spot(x, y)).join(""));
      this.ball.setAttribute("d", spot(...seen.at(-1)));
      const logs = heights.map((height, at) => [at, Math.log10(Math.max(height, FLOOR))]);
      this.curve.setAttribute("d", path(logs.slice(0, step + 1).map(([at, log]) => [at, Math.min(log, 99)])));
      this.now.setAttribute("d", spot(step, Math.min(logs[step][1], 3)));
      const inside = Math.abs(places[step][0]) <= 10 && Math.abs(places[step][1]) <= 2.4;
      const [from, to] = [places[0], places[step]].map((at) => whereIs(at));
      this.valley.tell(`a bowl ${shown(steepness, 0)} times as steep up and down as across; a ball that began at ${from}, and after ${step} steps is ${inside ? `at ${to}` : "outside the picture"}`);
      const power = (height) => shown(Math.log10(Math.max(height, FLOOR)), 1);
      this.chart.tell(`from ten to the power ${power(heights[0])} to ten to the power ${power(heights[step])} after ${step} steps`);
      this.say({
        left: heights[step] < 1e-3 ? heights[step].toExponential(1).replace("-", "−") : shown(heights[step], 3),
        factor: shown(factor, 3),
        verdict: factor < 1 ? `a tenth in ${Math.ceil(Math.log(0.1) / Math.log(factor))} steps` : "never at rest",
      });
    }
  }

  // The line of equal height, of 60 corners.
  const ellipse = (level, steepness) => {
    const [across, up] = [Math.sqrt(2 * level), Math.sqrt((2 * level) / steepness)];
    const angles = Array.from({ length: 61 }, (_, at) => (at * Math.PI) / 30);
    return path(angles.map((angle) => [across * Math.cos(angle), up * Math.sin(angle)]));
  };

  customElements.define("play-bowl", Bowl);
}
