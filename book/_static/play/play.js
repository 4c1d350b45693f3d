// What all things to play with share. Each is a custom element over a few numbers, its state, which
// sliders, handles and buttons change and the address keeps: #play-bowl?rate=0.05&momentum=0.7
// Plain scripts, not modules, so that pages opened as files have them too.
window.play = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const dress = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const html = (tag, attributes = {}, ...children) =>
    dress(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    dress(document.createElementNS(SVG, tag), attributes, children);

  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const round = (value, digits = 3) => Number(value.toFixed(digits));
  // A number as it is shown: a true minus sign, and as many digits as make sense.
  const shown = (value, digits = 2) => {
    const large = Math.abs(value) >= 1e5;
    const text = large ? value.toExponential(1) : value.toFixed(digits);
    return Number(text) ? text.replace("-", "−") : text.replace("-", "");
  };

  // Where a picture of numbers from 0 to 1 is dark, for those who do not see it.
  const inkIn = (numbers, width) => {
    const dark = [...numbers.keys()].filter((at) => numbers[at] > 0.5);
    if (!dark.length) return "no dark pixel";
    const span = (places) => `${Math.min(...places) + 1} to ${Math.max(...places) + 1}`;
    const [rows, columns] = [dark.map((at) => Math.floor(at / width)), dark.map((at) => at % width)];
    return `${dark.length} dark pixels in rows ${span(rows)} and columns ${span(columns)}`;
  };
  const whereIs = ([x, y]) => `${shown(x)} across, ${shown(y)} up`;

  const typing = new Promise((begin) => addEventListener("keydown", begin, { once: true, capture: true }));

  class Plaything extends HTMLElement {
    // A subclass has: `static label`, its name; `static state`, what its state is made of: numbers,
    // each as [at first, least, most], and words, as [at first]; `build()`, what it shows; `draw()`,
    // which shows the state, and tells every panel and picture in words what there is to be seen in
    // it (see `tell`); `values`, the numbers that it shows. `ready` is a promise that all
    // numbers of the state are there; those that are asked for (see `ask`) may be on their way.
    connectedCallback() {
      if (this.state) return;
      this.ready = Promise.resolve();
      const states = Object.entries(this.constructor.state);
      this.state = Object.fromEntries(states.map(([name, [first]]) => [name, first]));
      this.controls = [];
      window.addEventListener("hashchange", () => {
        if (this.addressed !== undefined) this.recall();
      });
      // It costs nothing until somebody comes near, or uses the keyboard, which passes by every control.
      if (this.addressed !== undefined) this.recall();
      else Promise.race([this.near, typing]).then(() => this.live || this.recall());
    }

    begin() {
      if (this.live) return;
      this.live = html("div", { class: "play-live", role: "group", "aria-label": this.constructor.label });
      this.live.append(...this.build());
      // What its picture shows, the state in which it begins, is said of the element, too.
      const shows = html("p", { class: "visually-hidden" }, `At first: ${this.querySelector(".play-still").alt}`);
      shows.id = `${this.closest("figure").id}-shows`;
      this.live.setAttribute("aria-describedby", shows.id);
      this.append(shows, this.live);
    }

    // Change the state, show it, and keep it in the address once the hand rests.
    set(changes) {
      this.take(changes);
      this.show();
      clearTimeout(this.resting);
      this.resting = setTimeout(() => history.replaceState(history.state, "", this.address), 250);
    }

    // Of the given state, what is in its range.
    take(changes) {
      for (const [name, [, least, most]] of Object.entries(this.constructor.state)) {
        if (!(name in changes)) continue;
        if (least === undefined) this.state[name] = String(changes[name]);
        else if (Number.isFinite(Number(changes[name]))) this.state[name] = clamp(Number(changes[name]), least, most);
      }
    }

    // Let the step run from 0 to its last, by itself; it is there at once for who wants no motion.
    run(pause) {
      clearInterval(this.running);
      const last = this.constructor.state.step[2];
      if (still.matches) return this.set({ step: last });
      this.set({ step: 0 });
      this.running = setInterval(() => {
        this.set({ step: this.state.step + 1 });
        if (this.state.step >= last) clearInterval(this.running);
      }, pause);
    }

    show() {
      this.draw();
      for (const control of this.controls) control();
    }

    get address() {
      return `#${this.closest("figure").id}?${new URLSearchParams(this.state)}`;
    }

    // The state that the address has, if it is about this element.
    get addressed() {
      const [name, state] = location.hash.slice(1).split("?");
      return state !== undefined && name === this.closest("figure").id ? state : undefined;
    }

    // Take it, and show the element.
    recall() {
      this.begin();
      const state = this.addressed;
      if (state !== undefined) this.take(Object.fromEntries(new URLSearchParams(state)));
      this.show();
      if (state !== undefined) this.bring();
    }

    // Bring it onto the screen, and keep it there while what lies above loads and grows, until the
    // reader does something.
    bring() {
      const there = () =>
        this.closest("figure").scrollIntoView({ behavior: "instant", block: "start" });
      const watch = new ResizeObserver(there);
      watch.observe(document.body);
      for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) {
        addEventListener(kind, () => watch.disconnect(), { once: true, passive: true });
      }
    }

    // Whether it is within a screen of what the reader sees, as a promise that it comes to be.
    get near() {
      this.coming ??= new Promise((come) => {
        const watch = new IntersectionObserver(
          ([{ isIntersecting }]) => {
            if (!isIntersecting) return;
            watch.disconnect();
            come();
          },
          { rootMargin: "100%" },
        );
        watch.observe(this);
      });
      return this.coming;
    }

    // A slider for one number of the state. A logarithmic one moves evenly in powers of ten, one
    // `among` some numbers from one to the next.
    slider(name, label, { step = 0.01, log = false, among = null, say = (value) => shown(value) } = {}) {
      const [, least, most] = this.constructor.state[name];
      let [to, from] = [(value) => value, (at) => round(at, 6)];
      if (log) [to, from] = [Math.log10, (at) => Number((10 ** at).toPrecision(3))];
      if (among) [to, from, step] = [(value) => among.indexOf(value), (at) => among[at], 1];
      const range = { type: "range", min: to(least), max: to(most), step };
      const input = html("input", range);
      const output = html("output");
      input.addEventListener("input", () => this.set({ [name]: from(input.valueAsNumber) }));
      this.controls.push(() => {
        input.value = to(this.state[name]);
        output.textContent = say(this.state[name]);
        input.setAttribute("aria-valuetext", output.textContent);
      });
      return html("label", { class: "play-slider" }, html("span", {}, label), input, output);
    }

    button(label, act) {
      const button = html("button", { type: "button" }, label);
      button.addEventListener("click", act);
      return button;
    }

    // A point of a panel that a mouse, a finger or the arrow keys move: `place()` says where it is,
    // `move(x, y)` is called with where it goes.
    handle(panel, label, place, move, { step = 0.1 } = {}) {
      const ring = svg("path", { class: "play-ring" });
      const dot = svg("path", { class: "play-grip" });
      const [least, most] = panel.x;
      const slider = { role: "slider", "aria-label": label, "aria-valuemin": least, "aria-valuemax": most };
      const handle = svg("g", { class: "play-handle", tabindex: 0, ...slider }, ring, dot);
      handle.addEventListener("pointerdown", (event) => {
        handle.setPointerCapture(event.pointerId);
        handle.focus({ preventScroll: true });
        event.preventDefault();
      });
      handle.addEventListener("pointermove", (event) => {
        if (handle.hasPointerCapture(event.pointerId)) move(...panel.at(event).map((at) => round(at)));
      });
      // A finger on it moves it and not the page. The style touch-action misses a line without length.
      handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
      const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      handle.addEventListener("keydown", (event) => {
        const way = keys[event.key];
        if (!way) return;
        event.preventDefault();
        const far = event.shiftKey ? 5 * step : step;
        move(...place().map((at, axis) => round(at + far * way[axis])));
      });
      this.controls.push(() => {
        const [x, y] = place();
        for (const mark of [ring, dot]) mark.setAttribute("d", spot(x, y));
        // A slider has one number, and this one two: the text has both.
        handle.setAttribute("aria-valuenow", round(clamp(x, least, most)));
        handle.setAttribute("aria-valuetext", whereIs([x, y]));
      });
      panel.svg.setAttribute("role", "group"); // of a picture nothing inside can be reached
      panel.marks.append(handle);
      return handle;
    }

    // A table of a few numbers that screen readers are told of when they rest.
    numbers(names) {
      const cells = Object.fromEntries(Object.keys(names).map((key) => [key, html("dd")]));
      const rows = Object.entries(names).map(([key, name]) => html("div", {}, html("dt", {}, name), cells[key]));
      this.say = (values) => {
        for (const [key, text] of Object.entries(values)) cells[key].textContent = text;
      };
      return html("dl", { class: "play-numbers", "aria-live": "polite" }, ...rows);
    }
  }

  // A line without length, which round ends turn into a spot of the same size on every screen.
  const spot = (x, y) => `M${x} ${y}h0`;
  const path = (points) => (points.length ? `M${points.map(([x, y]) => `${x} ${y}`).join("L")}` : "");

  // What is drawn in: a title, and in words what there is to be seen at present.
  class Drawing {
    tell(words) {
      this.seen.setAttribute("aria-label", `${this.title}: ${words}`);
    }
  }

  // A place to draw in, in the units of the data, with y upwards. `shape` is width over height.
  class Panel extends Drawing {
    constructor(title, { x, y, shape = 1, axes = true, note = "" }) {
      super();
      [this.x, this.y] = [x, y];
      this.marks = svg("g", { transform: `matrix(1 0 0 -1 ${-x[0]} ${y[1]})` });
      const lines = axes ? path([[x[0], 0], [x[1], 0]]) + path([[0, y[0]], [0, y[1]]]) : "";
      this.marks.append(svg("path", { class: "play-axes", d: lines }));
      const box = { viewBox: `0 0 ${x[1] - x[0]} ${y[1] - y[0]}`, preserveAspectRatio: "none" };
      this.svg = svg("svg", { ...box, style: `aspect-ratio: ${shape}`, role: "img", "aria-label": title }, this.marks);
      [this.title, this.seen] = [title, this.svg];
      this.node = html("div", { class: "play-panel" }, html("span", { class: "play-title" }, title), this.svg);
      if (note) this.node.append(html("span", { class: "play-note" }, note));
    }

    // A path of this kind (see play.css), whose `d` is for draw() to set.
    line(kind) {
      const line = svg("path", { class: `play-${kind}` });
      this.marks.append(line);
      return line;
    }

    // Where in the data a pointer is.
    at({ clientX, clientY }) {
      const box = this.svg.getBoundingClientRect();
      const across = (clientX - box.left) / box.width;
      const down = (clientY - box.top) / box.height;
      const [x, y] = [this.x, this.y];
      return [
        clamp(x[0] + across * (x[1] - x[0]), ...x),
        clamp(y[1] - down * (y[1] - y[0]), ...y),
      ];
    }
  }

  // A picture of numbers from `low` (paper) to `high` (ink), each a square.
  class Picture extends Drawing {
    constructor(title, width, height = width) {
      super();
      this.canvas = html("canvas", { width, height, role: "img", "aria-label": title });
      [this.title, this.seen] = [title, this.canvas];
      this.node = html("div", { class: "play-panel" }, html("span", { class: "play-title" }, title), this.canvas);
    }

    // Pictures of `side` squares each side by side, `across` in a row, with paper between them.
    tile(pictures, side, across, lows = pictures.map(() => 0), highs = pictures.map(() => 1)) {
      const { width, height } = this.canvas;
      const all = new Float64Array(width * height);
      pictures.forEach((picture, k) => {
        const start = Math.floor(k / across) * (side + 1) * width + (k % across) * (side + 1);
        picture.forEach((number, at) => {
          const place = start + Math.floor(at / side) * width + (at % side);
          all[place] = (number - lows[k]) / (highs[k] - lows[k]);
        });
      });
      this.paint(all);
    }

    paint(numbers, low = 0, high = 1) {
      const { width, height } = this.canvas;
      const pixels = new ImageData(width, height);
      numbers.forEach((number, at) => {
        const grey = 255 * (1 - (number - low) / (high - low));
        pixels.data.set([grey, grey, grey, 255], 4 * at);
      });
      this.canvas.getContext("2d").putImageData(pixels, 0, 0);
    }
  }

  // Numbers that tools/play.py stored: of each array its kind, its scale and its bytes.
  const stored = {};
  const kinds = { int8: Int8Array, uint8: Uint8Array, float32: Float32Array };
  const numbers = ({ kind, scale, bytes }) => {
    const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
    return Float64Array.from(new kinds[kind](raw.buffer), (value) => value * scale);
  };
  // Points of a plane, which are stored one after another.
  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n], flat[2 * n + 1]]);
  const store = (name, arrays) => {
    const entries = Object.entries(arrays);
    stored[name] = Object.fromEntries(entries.map(([key, array]) => [key, array.bytes ? numbers(array) : array]));
  };

  // Numbers that a page does not load before somebody looks at them, as a promise.
  const folder = new URL("./", document.currentScript.src);
  const asked = {};
  const ask = (name) => {
    asked[name] ??= new Promise((come, fail) => {
      const script = html("script", { src: new URL(`${name}-data.js`, folder) });
      script.addEventListener("load", () => come(stored[name]));
      script.addEventListener("error", () => {
        delete asked[name]; // it may be there the next time
        fail(new Error(`${name} could not be loaded`));
      });
      document.head.append(script);
    });
    return asked[name];
  };

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  return {
    ...{ Plaything, Panel, Picture, html, svg, path, spot, clamp, mean, pairs, round, shown, inkIn, whereIs },
    ...{ store, stored, ask },
  };
})();
