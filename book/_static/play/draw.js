// Draw a digit, and see its code, and what the decoder makes of it: a sum of 36 features.
{
  const { Plaything, Picture, html, clamp, shown, stored, inkIn } = play;

  const SIDE = 28;
  const UNITS = 36;
  const LEVELS = 15; // of ink, so that the address can hold a drawing
  const logistic = (u) => 1 / (1 + Math.exp(-u));

  // A drawing as letters: a hexadecimal digit for each pixel, and g to z for 2 to 21 empty ones.
  const written = (ink) =>
    ink.map((level) => level.toString(16)).join("").replace(/0{2,21}/g, (run) => (run.length + 14).toString(36));
  const read = (text) => {
    const digits = text.replace(/[g-z]/g, (letter) => "0".repeat(parseInt(letter, 36) - 14));
    const ink = [...digits.replace(/[^0-9a-f]/g, "")].map((digit) => parseInt(digit, 16));
    return Array.from({ length: SIDE * SIDE }, (_, pixel) => ink[pixel] ?? 0);
  };

  class Draw extends Plaything {
    static label = "Draw a digit";
    static get state() {
      return { ink: [stored.draw.examples.at(3)], off: [""] };
    }

    build() {
      this.pad = new Picture("Draw here", SIDE);
      this.told = html("p", { class: "visually-hidden", role: "status" }); // of the pen, by the keyboard
      this.output = new Picture("Reconstruction", SIDE);
      this.pen = [14, 14];
      this.makePad();
      this.units = Array.from({ length: UNITS }, (_, unit) => this.unit(unit));
      this.units[0].button.tabIndex = 0;
      const code = html("div", { class: "play-code", role: "group", "aria-label": "The code: 36 features" }, ...this.units.map(({ button }) => button));
      code.addEventListener("keydown", (event) => this.walk(event));
      const title = html("span", { class: "play-title" }, "The code: 36 features, each with its y");
      return [
        html("div", { class: "play-draw" }, this.pad.node, html("div", { class: "play-panel" }, title, code), this.output.node),
        html("div", { class: "play-buttons" },
          this.button("Another digit", () => this.next()),
          this.button("Clear", () => this.set({ ink: "" })),
          this.button("All features", () => this.set({ off: "" })),
          this.button("No feature", () => this.set({ off: this.units.map((_, unit) => unit.toString(UNITS)).join("") }))),
        this.numbers({ error: "Squared error E", used: "Units above one half" }),
        this.told,
      ];
    }

    // A feature: a button that switches it off and on, and shows its output as a bar.
    unit(unit) {
      const picture = new Picture("", SIDE);
      const features = stored.draw.decoder;
      const own = Array.from({ length: SIDE * SIDE }, (_, pixel) => features[pixel * UNITS + unit]);
      const most = Math.max(...own.map(Math.abs));
      picture.paint(own, -most, most);
      picture.canvas.removeAttribute("role");
      picture.canvas.removeAttribute("aria-label");
      picture.canvas.ariaHidden = "true";
      const bar = html("span", { class: "play-bar" });
      const button = html("button", { type: "button", tabindex: -1 }, picture.canvas, bar);
      button.addEventListener("click", () => this.toggle(unit));
      return { button, bar };
    }

    toggle(unit) {
      const letter = unit.toString(UNITS);
      const { off } = this.state;
      this.set({ off: off.includes(letter) ? off.replaceAll(letter, "") : off + letter });
    }

    // The arrow keys go from feature to feature, so that Tab passes all of them at once.
    walk(event) {
      const columns = getComputedStyle(event.currentTarget).gridTemplateColumns.split(" ").length;
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
      const at = this.units.findIndex(({ button }) => button === document.activeElement) + (step ?? 0);
      if (!step || !this.units[at]) return;
      event.preventDefault();
      for (const { button } of this.units) button.tabIndex = -1;
      this.units[at].button.tabIndex = 0;
      this.units[at].button.focus();
    }

    makePad() {
      const { canvas } = this.pad;
      this.pad.title = "Drawing pad. Arrow keys move the pen, Enter or Space draws, Delete clears. What is drawn";
      for (const [name, value] of Object.entries({ role: "application", tabindex: 0 })) canvas.setAttribute(name, value);
      canvas.classList.add("play-pad");
      const at = (event) => {
        const box = canvas.getBoundingClientRect();
        return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
      };
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        this.stroke(at(event), at(event));
      });
      canvas.addEventListener("pointermove", (event) => {
        if (canvas.hasPointerCapture(event.pointerId)) this.stroke(this.pen, at(event));
      });
      canvas.addEventListener("keydown", (event) => this.type(event));
    }

    type(event) {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (way) this.pen = this.pen.map((at, axis) => clamp(at + way[axis], 0.5, SIDE - 0.5));
      else if (event.key === " " || event.key === "Enter") this.stroke(this.pen, this.pen);
      else if (event.key === "Delete") this.set({ ink: "" });
      else return;
      event.preventDefault();
      this.draw();
      const [column, row] = this.pen.map((at) => clamp(Math.floor(at), 0, SIDE - 1));
      const ink = read(this.state.ink)[SIDE * row + column] > LEVELS / 2 ? "dark" : "white";
      this.told.textContent = `Row ${row + 1}, column ${column + 1}: ${ink}`;
    }

    // Ink along a line: full within a pixel of it, none beyond two.
    stroke(from, to) {
      const ink = read(this.state.ink);
      const steps = Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])) || 1;
      for (let step = 0; step <= steps; step++) {
        const [x, y] = from.map((at, axis) => at + ((to[axis] - at) * step) / steps);
        ink.forEach((level, pixel) => {
          const far = Math.hypot((pixel % SIDE) + 0.5 - x, Math.floor(pixel / SIDE) + 0.5 - y);
          ink[pixel] = Math.max(level, Math.round(LEVELS * clamp(2 - far, 0, 1)));
        });
      }
      this.pen = to;
      this.set({ ink: written(ink) });
    }

    next() {
      const { examples } = stored.draw;
      this.set({ ink: examples[(examples.indexOf(this.state.ink) + 1) % examples.length] });
    }

    get values() {
      const { encoder, code_bias, decoder, output_bias, mean_code } = stored.draw;
      const input = read(this.state.ink).map((level) => level / LEVELS);
      const code = Array.from({ length: UNITS }, (_, unit) => {
        const row = unit * SIDE * SIDE;
        return logistic(input.reduce((sum, x, pixel) => sum + x * encoder[row + pixel], code_bias[unit]));
      });
      const used = code.map((y, unit) => (this.state.off.includes(unit.toString(UNITS)) ? mean_code[unit] : y));
      const output = input.map((_, pixel) =>
        logistic(used.reduce((sum, y, unit) => sum + y * decoder[pixel * UNITS + unit], output_bias[pixel])));
      const error = output.reduce((sum, value, pixel) => sum + (value - input[pixel]) ** 2, 0) / 2;
      return { input, code, used, output, error };
    }

    draw() {
      const { input, code, output, error } = this.values;
      this.pad.paint(input);
      this.output.paint(output);
      const [x, y] = this.pen.map((at) => `${(100 * at) / SIDE}%`);
      this.pad.node.style.setProperty("--pen", `${x} ${y}`);
      this.units.forEach(({ button, bar }, unit) => {
        const on = !this.state.off.includes(unit.toString(UNITS));
        button.setAttribute("aria-pressed", on);
        button.setAttribute("aria-label", `Feature ${unit + 1}, y ${shown(code[unit])}`);
        bar.style.width = `${100 * code[unit]}%`;
      });
      this.pad.tell(inkIn(input, SIDE));
      this.output.tell(inkIn(output, SIDE));
      this.say({ error: shown(error), used: `${code.filter((y) => y > 0.5).length} of ${UNITS}` });
    }
  }

  customElements.define("play-draw", Draw);
}
