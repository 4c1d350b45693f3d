// Drag in a code of two numbers, and see the digit that a variational autoencoder makes of it.
{
  const { Plaything, Panel, Picture, html, shown, spot, stored, inkIn, whereIs } = play;

  const SIDE = 14;
  const WIDTH = 150; // of the hidden layer

  class Codes extends Plaything {
    static label = "Digits from a code of two numbers";
    static state = { x: [1.9, -3, 3], y: [1.1, -3, 3], digit: [0, 0, 9] };

    build() {
      const { codes, labels } = stored.codes;
      this.codes = Array.from({ length: labels.length }, (_, n) => [codes[2 * n], codes[2 * n + 1]]);
      this.plane = new Panel("The codes of 400 digits, and yours", { x: [-3.2, 3.2], y: [-3.2, 3.2] });
      this.others = this.plane.line("places");
      this.chosen = this.plane.line("spots");
      this.handle(this.plane, "Code", () => [this.state.x, this.state.y], (x, y) => this.set({ x, y }));
      this.output = new Picture("What the decoder makes of it", SIDE);
      return [
        html("div", { class: "play-panels play-two" }, this.plane.node, this.output.node),
        html("div", { class: "play-controls" },
          this.slider("digit", "Mark digit", { step: 1, say: (value) => shown(value, 0) })),
        this.numbers({ code: "The code", near: "Nearest code is of a" }),
      ];
    }

    get values() {
      const { hidden, hidden_bias, decoder, output_bias, labels } = stored.codes;
      const { x, y } = this.state;
      const units = Array.from({ length: WIDTH }, (_, unit) =>
        Math.tanh(x * hidden[2 * unit] + y * hidden[2 * unit + 1] + hidden_bias[unit]));
      const output = output_bias.map((bias, pixel) => {
        const u = units.reduce((sum, value, unit) => sum + value * decoder[WIDTH * pixel + unit], bias);
        return 1 / (1 + Math.exp(-u));
      });
      const far = this.codes.map(([s, t]) => Math.hypot(s - x, t - y));
      return { output, near: labels[far.indexOf(Math.min(...far))] };
    }

    draw() {
      const { output, near } = this.values;
      const { labels } = stored.codes;
      const spots = (wanted) => this.codes.filter((_, n) => wanted(labels[n])).map((code) => spot(...code)).join("");
      this.others.setAttribute("d", spots((label) => label !== this.state.digit));
      this.chosen.setAttribute("d", spots((label) => label === this.state.digit));
      this.output.paint(output);
      const { x, y, digit } = this.state;
      this.plane.tell(`${labels.length} codes, those of the digit ${digit} marked; yours at ${whereIs([x, y])}, and the nearest is of a ${near}`);
      this.output.tell(`the nearest code is of a ${near}; ${inkIn(output, SIDE)}`);
      this.say({ code: `${shown(this.state.x)}, ${shown(this.state.y)}`, near: shown(near, 0) });
    }
  }

  customElements.define("play-codes", Codes);
}
