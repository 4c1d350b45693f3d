// Nested features: the column of the child turns towards its parent. Reconstructions stay perfect for
// a while, the price of active latents falls, and the parent's latent is silent more and more often.
{
  const { Plaything, Panel, html, mean, pairs, path, round, shown, spot, stored } = play;

  const LENGTH = 1.9; // of the columns as they are drawn
  const [LEAST, MOST] = [20, 120]; // degrees
  const radians = (degrees) => (degrees * Math.PI) / 180;

  class Absorption extends Plaything {
    static label = "A column that turns towards another one";
    static state = {
      angle: [60, LEAST, MOST],
      share: [0.6, 0.1, 0.9],
      weight: [0.3, 0, 0.6],
      price: [0, 0, 1],
      nested: [0, 0, 1],
    };

    build() {
      this.drawn = pairs(stored.absorption.coefficients);
      this.plane = new Panel("Samples and columns", { x: [-1, 2.3], y: [-0.3, 2.2], shape: 1.32, note: "Parent to the right, child upwards. Orange: parent silent" });
      this.alone = this.plane.line("absorption-alone");
      this.missed = this.plane.line("absorption-missed");
      this.told = this.plane.line("spots");
      this.silent = this.plane.line("absorption-silent");
      this.parent = this.plane.line("curve");
      this.child = this.plane.line("second");
      this.sum = this.plane.line("absorption-sum");
      this.handle(this.plane, "End of the child's column", () => this.end(LENGTH), (x, y) => this.turn(x, y), { step: 0.05 });
      this.chart = new Panel("Change from the honest column", { x: [LEAST, MOST], y: [-0.25, 0.25], shape: 1.32, axes: false, note: "20° to 120°, ±0.25. Blue: J. Orange: error. Grey: price" });
      this.chart.line("axes").setAttribute("d", path([[LEAST, 0], [MOST, 0]]) + path([[90, -1], [90, 1]]));
      this.prices = this.chart.line("absorption-price");
      this.errors = this.chart.line("second");
      this.whole = this.chart.line("curve");
      this.now = this.chart.line("marked");
      const toggle = (name) => () => this.set({ [name]: 1 - this.state[name] });
      this.summed = this.button("L₁ in place of L₀", toggle("price"));
      this.nest = this.button("Matryoshka", toggle("nested"));
      return [
        html("div", { class: "play-panels play-two" }, this.plane.node, this.chart.node),
        html("div", { class: "play-controls" },
          this.slider("angle", "Angle", { step: 1, say: (value) => `${shown(value, 1)}°` }),
          this.slider("weight", "Price λ", { step: 0.01 }),
          this.slider("share", "Share q", { step: 0.1, say: (value) => shown(value, 1) })),
        html("div", { class: "play-buttons" },
          this.button("To the least J", () => this.set({ angle: this.least() })), this.summed, this.nest),
        this.numbers({ error: "Error", active: "Active latents L₀", total: "Sum of outputs", absorbed: "Absorption", cosine: "Cosine of the columns", objective: "J" }),
      ];
    }

    take(changes) {
      super.take(changes);
      for (const name of ["price", "nested"]) this.state[name] = Math.round(this.state[name]);
    }

    end(length, { angle } = this.state) {
      return [length * Math.cos(radians(angle)), length * Math.sin(radians(angle))];
    }

    turn(x, y) {
      const degrees = (Math.atan2(y, x) * 180) / Math.PI;
      this.set({ angle: round(degrees < -90 ? MOST : degrees, 1) }); // below the axis, the nearer end
    }

    // Of all whole and half degrees the one with the least objective; of equals the nearest.
    least() {
      const angles = Array.from({ length: 2 * (MOST - LEAST) + 1 }, (_, at) => LEAST + at / 2);
      const found = angles.map((angle) => this.measured(angle).objective);
      const best = Math.min(...found) + 1e-9;
      const far = angles.map((angle, at) => (found[at] < best ? Math.abs(angle - this.state.angle) : Infinity));
      return angles[far.indexOf(Math.min(...far))];
    }

    // The samples: the parent is on in all of them, the child in the first ones.
    get samples() {
      const on = Math.round(this.state.share * this.drawn.length);
      return this.drawn.map(([a, b], n) => [a, n < on ? b : 0]);
    }

    // The outputs of both latents, whose encoder is the inverse of the columns, rectified.
    code([a, b], angle) {
      return [Math.max(0, a - b / Math.tan(radians(angle))), b / Math.sin(radians(angle))];
    }

    // What a column of the child at this angle makes of the samples, and what that costs.
    measured(angle) {
      const { price, nested, weight } = this.state;
      const samples = this.samples;
      const codes = samples.map((sample) => this.code(sample, angle));
      const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
      const outputs = codes.map(([y, z]) => [y + z * cos, z * sin]);
      const miss = (made) => mean(samples.map(([a, b], n) => ((made[n][0] - a) ** 2 + (made[n][1] - b) ** 2) / 2));
      const plain = miss(outputs);
      const error = nested ? (miss(codes.map(([y]) => [y, 0])) + plain) / 2 : plain;
      const active = mean(codes.map((code) => code.filter((y) => y > 0).length));
      const total = mean(codes.map(([y, z]) => y + z));
      const paid = weight * (price ? total : active);
      const silent = codes.map(([y], n) => samples[n][1] > 0 && y === 0);
      const absorbed = silent.filter(Boolean).length / samples.filter(([, b]) => b > 0).length;
      return { outputs, silent, error, active, total, absorbed, price: paid, objective: error + paid };
    }

    get values() {
      const { angle } = this.state;
      const least = () => this.least();
      const { outputs, silent, error, active, total, absorbed, price, objective } = this.measured(angle);
      return {
        outputs,
        silent,
        costs: [error, active, total, price, objective, this.measured(90).objective],
        absorbed,
        column: this.end(1),
        example: this.code([1, 1], angle),
        get least() {
          return least(); // hundreds of sums, which nothing that is drawn needs
        },
      };
    }

    draw() {
      const { angle, price, nested } = this.state;
      const { outputs, silent, costs, absorbed, column, example } = this.values;
      const [error, active, total, , objective, honest] = costs;
      const samples = this.samples;
      const spots = (chosen) => samples.filter((_, n) => chosen(n)).map((place) => spot(...place)).join("");
      this.alone.setAttribute("d", spots((n) => !samples[n][1]));
      this.told.setAttribute("d", spots((n) => samples[n][1] && !silent[n]));
      this.silent.setAttribute("d", spots((n) => silent[n]));
      this.missed.setAttribute("d", samples.map((place, n) => (silent[n] ? path([place, outputs[n]]) : "")).join(""));
      this.parent.setAttribute("d", path([[0, 0], [LENGTH, 0]]));
      this.child.setAttribute("d", path([[0, 0], this.end(LENGTH)]));
      const [x, y] = this.end(example[1]);
      this.sum.setAttribute("d", path([[0, 0], [example[0], 0], [example[0] + x, y]]));
      this.now.setAttribute("d", spot(angle, objective - honest));
      this.compare();
      const both = samples.filter(([, b]) => b).length;
      this.plane.tell(`the child's column ${shown(angle, 1)}° from the parent's; of ${samples.length} samples ${both} have a child, and ${silent.filter(Boolean).length} of these leave the parent silent`);
      const change = objective - honest;
      const than = Math.abs(change) < 5e-4 ? "that" : `${shown(Math.abs(change), 3)} ${change < 0 ? "below" : "above"} that`;
      this.chart.tell(`price, error and their sum J over the angle; at ${shown(angle, 1)}° J is ${than} of the honest column at 90°`);
      this.summed.setAttribute("aria-pressed", Boolean(price));
      this.nest.setAttribute("aria-pressed", Boolean(nested));
      this.say({ error: shown(error, 3), active: shown(active), total: shown(total), absorbed: shown(absorbed), cosine: shown(column[0]), objective: shown(objective, 3) });
    }

    // The three curves of the chart, from what they are for the honest column.
    compare() {
      const honest = this.measured(90);
      const angles = Array.from({ length: MOST - LEAST + 1 }, (_, at) => LEAST + at);
      const found = angles.map((angle) => this.measured(angle));
      const curve = (name) => path(found.map((one, n) => [angles[n], one[name] - honest[name]]));
      this.prices.setAttribute("d", curve("price"));
      this.errors.setAttribute("d", curve("error"));
      this.whole.setAttribute("d", curve("objective"));
    }
  }

  customElements.define("play-absorption", Absorption);
}
