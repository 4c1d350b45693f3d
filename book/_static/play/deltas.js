// Random networks of 32 units a layer: how large signals are on their way up, and deltas on their way
// down, with weights of a given factor times Glorot's.
{
  const { Plaything, Panel, html, path, shown, spot, stored } = play;

  const UNITS = 32;
  const MOST = 20; // hidden layers
  const SAMPLES = 20;
  const LOW = -8; // powers of ten that are drawn
  const HIGH = 4;
  const FUNCTIONS = [
    { name: "logistic", f: (u) => 1 / (1 + Math.exp(-u)), slope: (u, y) => y * (1 - y) },
    { name: "tanh", f: Math.tanh, slope: (u, y) => 1 - y * y },
    { name: "ReLU", f: (u) => Math.max(u, 0), slope: (u) => Number(u > 0) },
    { name: "identity", f: (u) => u, slope: () => 1 },
  ];
  const PRESETS = { "Glorot": 1, "4 × Glorot": 4, "√2 × Glorot": 1.41 };

  // The product of rows (samples) with a weight matrix of a layer, or with its transpose.
  const times = (rows, weights, turned) =>
    rows.map((row) => Array.from({ length: UNITS }, (_, unit) => {
      let sum = 0;
      for (let i = 0; i < UNITS; i++) sum += row[i] * weights[turned ? UNITS * i + unit : UNITS * unit + i];
      return sum;
    }));
  const deep = (rows, f) => rows.map((row, n) => row.map((value, i) => f(value, n, i)));
  const size = (rows) => Math.sqrt(rows.flat().reduce((sum, value) => sum + value * value, 0) / (rows.length * UNITS));
  // Without what all samples have in common, which tells none from another.
  const spread = (rows) => {
    const mean = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
    return size(deep(rows, (value, n, i) => value - mean[i]));
  };
  const rowsOf = (numbers) => Array.from({ length: SAMPLES }, (_, n) => [...numbers.subarray(UNITS * n, UNITS * (n + 1))]);

  class Deltas extends Plaything {
    static label = "Signals and deltas from layer to layer";
    static state = { depth: [10, 1, MOST], factor: [1, 0.1, 10], activation: [0, 0, 3] };

    build() {
      const scale = { x: [0, MOST + 1], y: [LOW, HIGH], shape: 1.3, axes: false };
      const note = `layer 0 to ${MOST + 1}; 10⁻⁸ to 10⁴, a line at 1`;
      this.charts = ["Size of the signals", "Size of the deltas"].map((title) => new Panel(title, { ...scale, note }));
      this.lines = this.charts.map((chart) => {
        chart.line("axes").setAttribute("d", path([[0, 0], [MOST + 1, 0]]));
        return [chart.line("curve"), chart.line("spots")];
      });
      const presets = Object.entries(PRESETS).map(([name, factor]) => this.button(name, () => this.set({ factor })));
      return [
        html("div", { class: "play-panels play-two" }, ...this.charts.map(({ node }) => node)),
        html("div", { class: "play-controls" },
          this.slider("depth", "Hidden layers", { step: 1, say: (value) => shown(value, 0) }),
          this.slider("factor", "× Glorot", { log: true, step: 0.01 }),
          this.slider("activation", "Activation", { step: 1, say: (value) => FUNCTIONS[value].name })),
        html("div", { class: "play-buttons" }, ...presets),
        this.numbers({ signal: "Last signal over first", delta: "First delta over last" }),
      ];
    }

    get values() {
      const { depth, factor, activation } = this.state;
      const { weights, input, delta_out } = stored.deltas;
      const { f, slope } = FUNCTIONS[activation];
      const layer = (l) => weights.subarray(UNITS * UNITS * (l - 1), UNITS * UNITS * l).map((w) => w * factor);
      const [u, y] = [[], [rowsOf(input)]];
      for (let l = 1; l <= depth; l++) {
        u[l] = times(y[l - 1], layer(l), false);
        y[l] = deep(u[l], (value) => f(value));
      }
      // The output layer is linear, and its delta always the same.
      const deltas = { [depth + 1]: rowsOf(delta_out) };
      for (let l = depth; l >= 1; l--) {
        const back = times(deltas[l + 1], layer(l + 1), true);
        deltas[l] = deep(back, (value, n, i) => value * slope(u[l][n][i], y[l][n][i]));
      }
      return { signals: y.map(spread), deltas: Object.values(deltas).map(size) };
    }

    draw() {
      const { signals, deltas } = this.values;
      [signals, deltas].forEach((sizes, chart) => {
        const points = sizes.map((value, at) => [at + chart, Math.min(Math.max(Math.log10(value), LOW - 9), HIGH + 9)]);
        this.lines[chart][0].setAttribute("d", path(points));
        this.lines[chart][1].setAttribute("d", points.map((point) => spot(...point)).join(""));
      });
      const tell = (chart, sizes, lowest) => {
        const layers = sizes.map((size, at) => `${size.toPrecision(1)} at layer ${at + lowest}`);
        chart.tell(`from ${layers[0]} to ${layers.at(-1)}`);
      };
      this.charts.forEach((chart, at) => tell(chart, [signals, deltas][at], at));
      const ratio = (value) => value.toExponential(1).replace("-", "−");
      this.say({ signal: ratio(signals.at(-1) / signals[0]), delta: ratio(deltas[0] / deltas.at(-1)) });
    }
  }

  customElements.define("play-deltas", Deltas);
}
