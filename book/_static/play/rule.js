// The sparse delta rule on a network of two inputs, two code units and two outputs, a part at a time.
{
  const { Plaything, Panel, html, mean, path, shown, spot, stored } = play;

  const MOST = 100; // steps
  const TOP = 5; // of the curve of J
  const SAMPLES = [0, 1, 2];
  const UNITS = [0, 1];
  const SUB = ["₁", "₂", "₃"];
  const logistic = (u) => 1 / (1 + Math.exp(-u));
  const dot = (some, others) => some.reduce((sum, value, i) => sum + value * others[i], 0);
  const rows = (numbers, width) =>
    Array.from({ length: numbers.length / width }, (_, n) => [...numbers.subarray(width * n, width * (n + 1))]);
  const net = (inputs, weights, biases) => inputs.map((x) => weights.map((row, k) => dot(row, x) + biases[k]));
  const deep = (table, f) => table.map((row, n) => row.map((value, k) => f(value, n, k)));
  const number = (value) => shown(value, Number.isInteger(value) ? 0 : 3);
  const column = (table, k) => table.map((row) => row[k]);
  // The mean over the samples of delta times input, and of delta.
  const gradient = (deltas, inputs) => ({
    weights: UNITS.map((k) => inputs[0].map((_, i) => mean(deltas.map((delta, n) => delta[k] * inputs[n][i])))),
    biases: UNITS.map((k) => mean(column(deltas, k))),
  });

  // The parts of a step: what is computed, and from what.
  const PARTS = [
    ["Forward", "u = W x + b and y = f(u), then ũ = W̃ y + b̃ and x̂ = f(ũ), for each of the three samples; e is the cross-entropy of a sample."],
    ["Mean activations", "ρ̂ is the mean of y over the samples, one number for each unit, and s = −ρ/ρ̂ + (1 − ρ)/(1 − ρ̂) is the slope of the penalty there."],
    ["Deltas of the outputs", "δ̃ = x̂ − x, for cross-entropy with logistic outputs."],
    ["Deltas of the code", "δ = (Σ w̃ δ̃ + β s) f′(u). Σ w̃ δ̃ differs from sample to sample; β s is the same for all of them."],
    ["Gradient", "The mean over the samples of δ times input, and of δ itself for the bias. Here, and only here, one divides by N."],
    ["Step", "Every weight moves by −ε times its part of the gradient."],
  ];

  class Rule extends Plaything {
    static label = "The sparse delta rule, a part at a time";
    static state = { step: [0, 0, MOST], part: [1, 1, PARTS.length], beta: [3, 0, 5], rho: [0.1, 0.02, 0.5], rate: [0.5, 0.05, 2] };

    build() {
      const { X, W1, b1, W2, b2 } = stored.rule;
      this.X = rows(X, 2);
      this.start = { W: rows(W1, 2), b: [...b1], V: rows(W2, 2), c: [...b2] };
      this.cells = {};
      const samples = SAMPLES.map((n) => `n = ${n + 1}`);
      const both = (letters) => letters.flatMap((letter) => UNITS.map((k) => `${letter}${SUB[k]}`));
      const weights = ["w₁", "w₂", "b", "w̃₁", "w̃₂", "b̃"];
      this.cards = [
        this.card(0, samples, [...both(["x", "u", "y", "x̂"]), "e"]),
        this.card(1, ["j = 1", "j = 2"], ["ρ̂", "s", "β s"]),
        this.card(2, samples, both(["δ̃"])),
        this.card(3, samples, UNITS.flatMap((j) => ["Σ w̃ δ̃", "+ β s", "× f′(u)", `= δ${SUB[j]}`])),
        this.card(4, ["unit 1", "unit 2"], weights.map((name) => `∂J/∂${name}`)),
        this.card(5, ["unit 1", "unit 2"], weights),
      ];
      this.words = html("p", { class: "play-words", "aria-live": "polite" });
      this.chart = new Panel("J, step by step", { x: [0, MOST], y: [0, TOP], shape: 1.35, note: `step 0 to ${MOST}, J to ${TOP}` });
      this.curve = this.chart.line("curve");
      this.now = this.chart.line("marked");
      return [
        html("div", { class: "play-buttons" },
          this.button("Next part", () => this.go(1)),
          this.button("Part before", () => this.go(-1)),
          this.button("Ten steps", () => this.set({ step: this.state.step + 10 })),
          this.button("Begin again", () => this.set({ step: 0, part: 1 }))),
        this.words,
        html("div", { class: "play-cards" }, ...this.cards, this.chart.node),
        html("div", { class: "play-controls" },
          this.slider("beta", "Strength β", { step: 0.1, say: (value) => shown(value, 1) }),
          this.slider("rho", "Target ρ"),
          this.slider("rate", "Rate ε", { step: 0.05 }),
          this.slider("step", "Steps made", { step: 1, say: (value) => shown(value, 0) })),
        this.numbers({ J: "Objective J", E: "Error E", penalty: "Penalty β Σ KL", after: "J after this step" }),
      ];
    }

    // The table of a part: a column for each sample or unit.
    card(part, columns, names) {
      const [title] = PARTS[part];
      const head = html("tr", {}, html("td"), ...columns.map((name) => html("th", { scope: "col" }, name)));
      this.cells[part] = names.map(() => columns.map(() => html("td")));
      const body = names.map((name, row) => html("tr", {}, html("th", { scope: "row" }, name), ...this.cells[part][row]));
      return html("table", { class: `play-card play-card-${part + 1}` }, html("caption", {}, `${part + 1} ${title}`), html("thead", {}, head), html("tbody", {}, ...body));
    }

    // The next part or the one before, over the ends of a step.
    go(way) {
      const { step, part } = this.state;
      const to = PARTS.length * step + part - 1 + way;
      const last = PARTS.length * (MOST + 1) - 1;
      if (to >= 0 && to <= last) this.set({ step: Math.floor(to / PARTS.length), part: (to % PARTS.length) + 1 });
    }

    take(changes) {
      super.take(changes);
      for (const name of ["step", "part"]) this.state[name] = Math.round(this.state[name]);
    }

    // All numbers of a step from these parameters.
    pass({ W, b, V, c }) {
      const { X } = this;
      const { beta, rho, rate } = this.state;
      const u = net(X, W, b);
      const y = deep(u, logistic);
      const output = deep(net(y, V, c), logistic);
      const errors = X.map((x, n) => -x.reduce((sum, t, k) => sum + t * Math.log(output[n][k]) + (1 - t) * Math.log(1 - output[n][k]), 0));
      const means = UNITS.map((j) => mean(column(y, j)));
      const slopes = means.map((q) => (1 - rho) / (1 - q) - rho / q);
      const penalty = beta * means.reduce((sum, q) => sum + rho * Math.log(rho / q) + (1 - rho) * Math.log((1 - rho) / (1 - q)), 0);
      const above = deep(output, (value, n, k) => value - X[n][k]);
      const back = above.map((delta) => UNITS.map((j) => dot(column(V, j), delta)));
      const bend = deep(y, (value) => value * (1 - value));
      const deltas = deep(back, (value, n, j) => (value + beta * slopes[j]) * bend[n][j]);
      const [code, decoder] = [gradient(deltas, X), gradient(above, y)];
      const less = (table, by) => deep(table, (value, k, i) => value - rate * by[k][i]);
      const next = {
        W: less(W, code.weights), b: b.map((value, j) => value - rate * code.biases[j]),
        V: less(V, decoder.weights), c: c.map((value, k) => value - rate * decoder.biases[k]),
      };
      return { u, y, output, errors, means, slopes, above, back, bend, deltas, code, decoder, next, E: mean(errors), penalty, J: mean(errors) + penalty };
    }

    get values() {
      let found = this.pass(this.start);
      const path = [found.J];
      while (path.length <= this.state.step) {
        found = this.pass(found.next);
        path.push(found.J);
      }
      return { ...found, path, after: this.pass(found.next).J };
    }

    // What stands in the tables, part by part.
    table({ u, y, output, errors, means, slopes, above, back, bend, deltas, code, decoder, next }) {
      const both = (table) => UNITS.map((k) => column(table, k));
      const pull = slopes.map((s) => this.state.beta * s);
      const parts = UNITS.flatMap((j) => [column(back, j), SAMPLES.map(() => pull[j]), column(bend, j), column(deltas, j)]);
      const weights = (W, b, V, c) => [...both(W), b, ...both(V), c];
      return [
        [...both(this.X), ...both(u), ...both(y), ...both(output), errors],
        [means, slopes, pull],
        both(above),
        parts,
        weights(code.weights, code.biases, decoder.weights, decoder.biases),
        weights(next.W, next.b, next.V, next.c),
      ];
    }

    draw() {
      const { step, part } = this.state;
      const found = this.values;
      this.table(found).forEach((table, at) => {
        table.forEach((row, k) => row.forEach((value, i) => { this.cells[at][k][i].textContent = at < part ? number(value) : "·"; }));
        if (at === part - 1) this.cards[at].setAttribute("aria-current", "step");
        else this.cards[at].removeAttribute("aria-current");
      });
      const [title, words] = PARTS[part - 1];
      this.words.replaceChildren(html("b", {}, `Step ${step + 1}, part ${part} of ${PARTS.length}, ${title.toLowerCase()}. `), words);
      this.curve.setAttribute("d", path(found.path.map((J, t) => [t, Math.min(J, 2 * TOP)])));
      this.now.setAttribute("d", spot(step, Math.min(found.J, TOP)));
      this.chart.tell(`from ${shown(found.path[0], 3)} at first to ${shown(found.J, 3)} after ${step} steps`);
      const after = part === PARTS.length ? shown(found.after, 3) : "not yet";
      this.say({ J: shown(found.J, 3), E: shown(found.E, 3), penalty: shown(found.penalty, 3), after });
    }
  }

  customElements.define("play-rule", Rule);
}
