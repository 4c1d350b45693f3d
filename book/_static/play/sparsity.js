// Trained networks 196–64–196 for some strengths beta and targets rho of the sparse penalty.
{
  const { Plaything, Panel, Picture, html, mean, path, shown, spot, stored, ask } = play;

  const SIDE = 14;
  const PIXELS = SIDE * SIDE;
  const UNITS = 64;
  const ACROSS = 6; // filters and features in a row, of which there are as many
  const TOP = 1; // of the penalty's curve
  const logistic = (u) => 1 / (1 + Math.exp(-u));
  const nearest = (value, among) =>
    among.reduce((best, other) => (Math.abs(other - value) < Math.abs(best - value) ? other : best));
  // The divergence KL(rho || q), and its sums over the units.
  const divergence = (rho, q) => rho * Math.log(rho / q) + (1 - rho) * Math.log((1 - rho) / (1 - q));

  // How few of some numbers are large, from 0 for all alike to 1 for a single one.
  const sparsity = (numbers) => {
    let [sum, squares] = [0, 0];
    for (const number of numbers) {
      sum += number;
      squares += number * number;
    }
    return (1 - (sum * sum) / squares / numbers.length) / (1 - 1 / numbers.length);
  };

  // The outputs of a layer of logistic units.
  const layer = (input, weights, biases) =>
    biases.map((bias, unit) => {
      let u = bias;
      for (let i = 0, at = unit * input.length; i < input.length; i++) u += input[i] * weights[at + i];
      return logistic(u);
    });

  class Sparsity extends Plaything {
    static label = "Sparse networks for some strengths and targets of the penalty";
    static state = { beta: [0.3, 0, 30], rho: [0.1, 0.02, 0.3] };

    build() {
      const { betas, rhos, digits } = stored.sparsity;
      this.digits = Array.from({ length: digits.length / PIXELS }, (_, n) => digits.subarray(PIXELS * n, PIXELS * (n + 1)));
      const mosaic = (SIDE + 1) * ACROSS - 1;
      const few = (SIDE + 1) * 4 - 1;
      this.filters = new Picture(`Filters of ${ACROSS ** 2} units`, mosaic);
      this.features = new Picture("Their features", mosaic);
      this.codes = new Picture("Codes of 64 digits", UNITS);
      this.outputs = new Picture("Reconstructions", few);
      const note = `ρ̂ from 0 to 1, KL to ${TOP}; a line at ρ`;
      this.curve = new Panel("KL(ρ‖ρ̂), a spot for each unit", { x: [0, 1], y: [0, TOP], shape: 1.6, note });
      this.penalty = this.curve.line("curve");
      this.target = this.curve.line("second");
      this.units = this.curve.line("places");
      const steps = `β = ${betas.join(", ")}; height 0 to 1`;
      this.over = new Panel("Population sparsity (dots), mean activation", { x: [-0.3, betas.length - 0.7], y: [0, 1], shape: 1.6, axes: false, note: steps });
      this.lines = ["curve", "spots", "second", "marked"].map((kind) => this.over.line(kind));
      this.failure = html("p", { class: "play-failure", role: "status" });
      return [
        html("div", { class: "play-panels play-four" }, ...[this.filters, this.features, this.codes, this.outputs].map(({ node }) => node)),
        html("div", { class: "play-controls" },
          this.slider("beta", "Strength β", { among: betas, say: (value) => String(value) }),
          this.slider("rho", "Target ρ", { among: rhos, say: (value) => String(value) })),
        html("div", { class: "play-panels play-two play-below" }, this.curve.node, this.over.node),
        this.numbers({
          mean: "Mean activation",
          error: "Error E",
          population: "Population sparsity",
          penalty: "Penalty β Σ KL",
          lifetime: "Lifetime sparsity",
          on: "Units above one half, of 64",
        }),
        this.failure,
      ];
    }

    // Of the given state, the nearest numbers that networks were trained with.
    take(changes) {
      super.take(changes);
      const { betas, rhos } = stored.sparsity;
      this.state = { beta: nearest(this.state.beta, betas), rho: nearest(this.state.rho, rhos) };
    }

    // The name of a network; without a penalty there is but one.
    name(beta, rho) {
      const { betas, rhos } = stored.sparsity;
      return beta ? `${betas.indexOf(beta)}${rhos.indexOf(rho)}` : "0";
    }

    get network() {
      return `sparsity-${this.name(this.state.beta, this.state.rho)}`;
    }

    get values() {
      const { encoder, code_bias, decoder, output_bias } = stored[this.network];
      const { beta, rho } = this.state;
      const codes = this.digits.map((digit) => layer(digit, encoder, code_bias));
      const outputs = codes.map((code) => layer(code, decoder, output_bias));
      const error = mean(outputs.map((output, n) =>
        output.reduce((sum, value, pixel) => sum + (value - this.digits[n][pixel]) ** 2, 0) / 2));
      const lives = Array.from({ length: UNITS }, (_, unit) => codes.map((code) => code[unit]));
      const means = lives.map(mean);
      return {
        codes, outputs, error, means, mean: mean(means),
        penalty: beta * means.reduce((sum, q) => sum + divergence(rho, q), 0),
        population: mean(codes.map(sparsity)),
        lifetime: mean(lives.map(sparsity)),
        on: mean(codes.map((code) => code.filter((y) => y > 0.5).length)),
      };
    }

    // The curves at once; what the network shows as soon as it is there, if it is still wanted.
    draw() {
      this.drawCurves();
      const { network } = this;
      this.live.setAttribute("aria-busy", !stored[network]);
      this.ready = this.near.then(() => ask(network)).then(
        () => network === this.network && this.drawNetwork(),
        (error) => { this.failure.textContent = `This network cannot be shown: ${error.message}.`; },
      );
    }

    drawCurves() {
      const { beta, rho } = this.state;
      const { betas, names, population, mean: means } = stored.sparsity;
      const grid = Array.from({ length: 199 }, (_, k) => (k + 1) / 200);
      this.penalty.setAttribute("d", path(grid.map((q) => [q, Math.min(divergence(rho, q), 2 * TOP)])));
      this.target.setAttribute("d", path([[rho, 0], [rho, TOP]]));
      const along = (numbers) => betas.map((other, k) => [k, numbers[names.indexOf(this.name(other, rho))]]);
      const [sparse, active] = [along(population), along(means)];
      const marks = [path(sparse), sparse.map((point) => spot(...point)).join(""), path(active), spot(...sparse[betas.indexOf(beta)])];
      const at = betas.indexOf(beta);
      const best = betas[sparse.findIndex(([, value]) => value === Math.max(...sparse.map(([, other]) => other)))];
      this.over.tell(`at β = ${beta} sparsity is ${shown(sparse[at][1])} and the mean activation ${shown(active[at][1])}; sparsity is largest at β = ${best}`);
      this.lines.forEach((line, k) => line.setAttribute("d", marks[k]));
    }

    // What there is to be seen of the network.
    tell({ population, on, error }, means, few) {
      const { beta, rho } = this.state;
      const net = `β = ${beta}, ρ = ${rho}`;
      for (const picture of [this.filters, this.features]) picture.tell(`those of the first ${few} units for ${net}`);
      this.codes.tell(`population sparsity ${shown(population)}; ${shown(on, 1)} of ${UNITS} cells in a row are dark, on average`);
      this.outputs.tell(`four digits twice, each above what ${net} makes of it, with an error of ${shown(error)}`);
      const [least, most] = [Math.min(...means), Math.max(...means)].map((value) => shown(value));
      this.curve.tell(`a valley with its bottom at ρ = ${rho}; the units lie from ${least} to ${most}`);
    }

    drawNetwork() {
      const { encoder, decoder } = stored[this.network];
      const { codes, outputs, means, ...found } = this.values;
      const few = Array.from({ length: ACROSS ** 2 }, (_, unit) => unit);
      const signed = (picture, patches) => {
        const most = patches.map((patch) => Math.max(...patch.map(Math.abs)));
        picture.tile(patches, SIDE, ACROSS, most.map((size) => -size), most);
      };
      signed(this.filters, few.map((unit) => encoder.subarray(PIXELS * unit, PIXELS * (unit + 1))));
      signed(this.features, few.map((unit) => Float64Array.from({ length: PIXELS }, (_, pixel) => decoder[UNITS * pixel + unit])));
      this.codes.paint(codes.slice(0, UNITS).flatMap((code) => [...code]));
      const rows = [0, 4].flatMap((start) => [this.digits, outputs].map((kind) => kind.slice(start, start + 4)));
      this.outputs.tile(rows.flat(), SIDE, 4);
      const { rho } = this.state;
      this.tell(found, means, few.length);
      this.units.setAttribute("d", means.map((q) => spot(q, divergence(rho, q))).join(""));
      this.failure.textContent = "";
      this.live.setAttribute("aria-busy", false);
      const digits = { on: 1, error: 2, penalty: 2 };
      this.say(Object.fromEntries(Object.entries(found).map(([key, value]) => [key, shown(value, digits[key] ?? 2)])));
    }
  }

  customElements.define("play-sparsity", Sparsity);
}
