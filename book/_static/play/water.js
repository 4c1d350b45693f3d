// The best linear variational autoencoder with two code units: what the weight of the divergence and
// the noise of the decoder do to the codes, and when a unit falls silent.
{
  const { Plaything, Panel, html, pairs, path, shown, spot, stored, whereIs } = play;

  const WIDE = 5.5; // half of what the picture of the samples shows
  const TILT = Math.PI / 6; // of the principal axes
  const [COS, SIN] = [Math.cos(TILT), Math.sin(TILT)];
  const BOTH = [0, 1];

  // From scores along the principal axes to the plane, and back.
  const placed = ([a, b]) => [COS * a - SIN * b, SIN * a + COS * b];
  const scored = ([x, y]) => [COS * x + SIN * y, COS * y - SIN * x];
  const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);

  class Water extends Plaything {
    static label = "A linear variational autoencoder with two code units";
    static state = {
      beta: [1, 0.05, 20],
      noise: [0.5, 0.05, 4],
      d1: [4, 0.1, 5],
      d2: [1, 0.1, 5],
      x: [2.4, -WIDE, WIDE],
      y: [-0.3, -WIDE, WIDE],
    };

    build() {
      this.white = pairs(stored.water.whitened);
      this.plane = new Panel("Samples, and what is made of them", { x: [-WIDE, WIDE], y: [-WIDE, WIDE], axes: false, note: "Grey: samples. Blue: from their mean codes. Ring: from the codes of yours" });
      this.samples = this.plane.line("water-samples");
      this.made = this.plane.line("spots");
      this.blur = this.plane.line("second");
      this.handle(this.plane, "A sample of your own", () => [this.state.x, this.state.y], (x, y) => this.set({ x, y }));
      this.codes = new Panel("Codes", { x: [-3, 3], y: [-3, 3], note: "z₁ to the right, z₂ upwards. Grey: prior. Orange: q(z | x). Green: p(z | x)" });
      this.prior = this.codes.line("water-prior");
      this.means = this.codes.line("spots");
      this.posterior = this.codes.line("water-posterior");
      this.encoder = this.codes.line("water-encoder");
      return [
        html("div", { class: "play-panels play-two" }, this.plane.node, this.codes.node),
        html("div", { class: "play-controls" },
          this.slider("beta", "Weight β", { log: true }),
          this.slider("noise", "Noise s²", { log: true }),
          this.slider("d1", "Variance d₁", { step: 0.1 }),
          this.slider("d2", "Variance d₂", { step: 0.1 })),
        this.numbers({ level: "Water level β s²", rates: "Rates of the units", rate: "Rate R", distortion: "Distortion D", bound: "D + R", truth: "−E log p(x)" }),
      ];
    }

    // For each unit the decoder's weight, what the encoder multiplies by, and the variance of its code.
    get model() {
      const { beta, noise, d1, d2 } = this.state;
      const level = beta * noise;
      return [d1, d2].map((d) => {
        const squared = Math.max(0, d - level);
        const w = Math.sqrt(squared);
        const a = w / (squared + level);
        return { d, w, a, variance: level / (squared + level) };
      });
    }

    get values() {
      const { beta, noise, x, y } = this.state;
      const [level, model] = [beta * noise, this.model];
      const scores = scored([x, y]);
      const means = this.white.map((one) => model.map(({ d, a }, j) => a * Math.sqrt(d) * one[j]));
      const rates = model.map(({ d }) => Math.max(0, Math.log(d / level)) / 2);
      const rate = sum(rates);
      const left = sum(model.map(({ d }) => Math.min(d, level)));
      const distortion = left / (2 * noise) + Math.log(2 * Math.PI * noise);
      const spreads = model.map(({ w }) => w * w + noise);
      return {
        level,
        rates,
        rate,
        distortion,
        bound: distortion + rate,
        truth: sum(model.map(({ d }, j) => Math.log(2 * Math.PI * spreads[j]) + d / spreads[j])) / 2,
        points: this.white.map((one) => placed(model.map(({ d }, j) => Math.sqrt(d) * one[j]))),
        means,
        made: means.map((code) => placed(model.map(({ w }, j) => w * code[j]))),
        code: model.map(({ a }, j) => a * scores[j]),
        variances: model.map(({ variance }) => variance),
        posterior: model.map(({ w }, j) => (w * scores[j]) / spreads[j]),
        widths: spreads.map((spread) => noise / spread),
      };
    }

    draw() {
      const { level, rates, rate, distortion, bound, truth, points, means, made, code, variances, posterior, widths } = this.values;
      const spots = (places) => places.map((place) => spot(...place)).join("");
      this.samples.setAttribute("d", spots(points));
      this.made.setAttribute("d", spots(made));
      const weights = this.model.map(({ w }) => w);
      const decoded = ellipse(code, variances).map((z) => placed(BOTH.map((j) => weights[j] * z[j])));
      this.blur.setAttribute("d", path(decoded));
      this.prior.setAttribute("d", path(ellipse([0, 0], [1, 1])));
      this.means.setAttribute("d", spots(means));
      this.posterior.setAttribute("d", path(ellipse(posterior, widths)));
      this.encoder.setAttribute("d", path(ellipse(code, variances)));
      const awake = rates.filter((r) => r > 0).length;
      const lie = ["in one point", "on a line", "in the plane"][awake];
      const { x, y, d1, d2 } = this.state;
      this.plane.tell(`a tilted cloud of samples with variances ${shown(d1, 1)} and ${shown(d2, 1)}; what is made of them lies ${lie}; your sample at ${whereIs([x, y])}`);
      const unit = (j) => rates[j] > 0 ? `unit ${j + 1} has your code at ${shown(code[j])}, with a spread of ${shown(Math.sqrt(variances[j]))}` : `unit ${j + 1} is silent`;
      this.codes.tell(`${BOTH.map(unit).join("; ")}; the prior has the spread 1`);
      this.say({
        level: shown(level, 3),
        rates: rates.map((r) => shown(r)).join(", "),
        rate: `${shown(rate)} nats`,
        distortion: `${shown(distortion)} nats`,
        bound: `${shown(bound)} nats`,
        truth: `${shown(truth)} nats`,
      });
    }
  }

  // The line at two standard deviations from the mean of a normal distribution.
  const ellipse = (mean, variances) =>
    Array.from({ length: 61 }, (_, at) => (at * Math.PI) / 30).map((angle) =>
      [Math.cos(angle), Math.sin(angle)].map((way, j) => mean[j] + 2 * Math.sqrt(variances[j]) * way));

  customElements.define("play-water", Water);
}
