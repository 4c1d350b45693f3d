// A cloud of points, and a patch of a photograph, whitened with the share epsilon of the largest
// variance added to every variance.
{
  const { Plaything, Panel, Picture, html, mean, pairs, path, round, shown, spot, stored, whereIs } = play;

  // What PCA is made of in the plane: variances, the larger first, and the angle of its axis, with
  // the signs of ae_course: in every axis the entry of largest size is positive.
  const principal = ([[a, b], [, c]]) => {
    const middle = (a + c) / 2;
    const spread = Math.hypot((a - c) / 2, b);
    const angle = Math.atan2(2 * b, a - c) / 2;
    const axes = [[Math.cos(angle), Math.sin(angle)], [-Math.sin(angle), Math.cos(angle)]];
    return { d: [middle + spread, Math.max(middle - spread, 0)], axes: axes.map(positive) };
  };
  const positive = ([x, y]) => ((Math.abs(x) > Math.abs(y) ? x : y) < 0 ? [-x, -y] : [x, y]);

  const means = (points) => [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
  const covariance = (centred) =>
    [0, 1].map((i) => [0, 1].map((j) => centred.reduce((sum, p) => sum + p[i] * p[j], 0) / centred.length));
  const distance = (some, others) =>
    some.reduce((sum, [x, y], n) => sum + (x - others[n][0]) ** 2 + (y - others[n][1]) ** 2, 0) / some.length;

  class Whitening extends Plaything {
    static label = "A cloud of points and a patch, whitened";
    static state = {
      x: [0.5, -4, 4],
      y: [0.3, -4, 4],
      along: [1.3, -3.5, 3.5],
      up: [1.2, -3.5, 3.5],
      across: [0.9, 0.1, 3.5],
      epsilon: [0.001, 0.000001, 1],
      patch: [0, 0, 7],
    };

    build() {
      const square = { x: [-4.5, 4.5], y: [-4.5, 4.5] };
      this.panels = ["The cloud", "PCA whitening", "ZCA whitening"].map((title) => new Panel(title, square));
      this.spots = this.panels.map((panel) => ["spots", "spots play-other", "marked"].map((kind) => panel.line(kind)));
      this.arms = this.panels[0].line("second");
      this.grips();
      this.pictures = ["A patch", "By PCA", "By ZCA"].map((title) => new Picture(title, 10));
      return [
        html("div", { class: "play-panels play-three play-large" }, ...this.panels.map(({ node }) => node)),
        html("div", { class: "play-panels play-three" }, ...this.pictures.map(({ node }) => node)),
        html("div", { class: "play-controls" },
          this.slider("epsilon", "ε / d₁", { log: true, step: 0.05, say: (value) => value.toExponential(1).replace("-", "−") }),
          this.slider("patch", "Patch", { step: 1, say: (value) => shown(value + 1, 0) })),
        this.numbers({
          variances: "Variances d₁ and d₂",
          left: "After whitening",
          pca: "PCA moves a point by",
          zca: "ZCA moves a point by",
        }),
      ];
    }

    // The middle of the cloud, and the ends of its two arms.
    grips() {
      const [panel] = this.panels;
      const middle = () => [this.state.x, this.state.y];
      this.handle(panel, "Middle of the cloud", middle, (x, y) => this.set({ x, y }));
      const [long, short] = [() => this.tips[0], () => this.tips[1]];
      this.handle(panel, "End of the first arm", long, (x, y) => this.set({ along: round(x - this.state.x), up: round(y - this.state.y) }));
      this.handle(panel, "End of the second arm", short, (x, y) => {
        const [[, v], [x0, y0]] = [this.arm, middle()];
        this.set({ across: round(Math.abs((x - x0) * v[0] + (y - y0) * v[1])) });
      });
    }

    // The first arm, and the direction of the second, at a right angle to it.
    get arm() {
      const { along, up } = this.state;
      const length = Math.hypot(along, up) || 1;
      return [[along, up], [-up / length, along / length]];
    }

    get tips() {
      const [[first, v], { x, y, across }] = [this.arm, this.state];
      return [[x + first[0], y + first[1]], [x + across * v[0], y + across * v[1]]];
    }

    get points() {
      const [[first, v], { x, y, across }] = [this.arm, this.state];
      return pairs(stored.whitening.cloud).map(([s, t]) => [
        x + s * first[0] + t * across * v[0],
        y + s * first[1] + t * across * v[1],
      ]);
    }

    get values() {
      const points = this.points;
      const mean = means(points);
      const centred = points.map((p) => [p[0] - mean[0], p[1] - mean[1]]);
      const { d, axes } = principal(covariance(centred));
      const epsilon = this.state.epsilon * d[0];
      const scale = d.map((variance) => 1 / Math.sqrt(variance + epsilon));
      const pca = centred.map(([x, y]) => axes.map((u, i) => scale[i] * (u[0] * x + u[1] * y)));
      const zca = pca.map(([s, t]) => [0, 1].map((axis) => s * axes[0][axis] + t * axes[1][axis]));
      const moved = { pca: distance(pca, centred), zca: distance(zca, centred) };
      return { points, d, pca, zca, moved, left: d.map((v) => v / (v + epsilon)), patch: this.patch };
    }

    // The chosen patch, its scores over their standard deviations, and these turned back to pixels.
    get patch() {
      const { mean, eigenvalues, axes, scores } = stored.whitening;
      const size = mean.length;
      const own = scores.subarray(size * this.state.patch, size * (this.state.patch + 1));
      const epsilon = this.state.epsilon * eigenvalues[0];
      const pca = own.map((score, i) => score / Math.sqrt(eigenvalues[i] + epsilon));
      const back = (numbers) =>
        mean.map((_, pixel) => numbers.reduce((sum, number, i) => sum + number * axes[i * size + pixel], 0));
      return { pixels: back(own).map((value, pixel) => value + mean[pixel]), pca, zca: back(pca) };
    }

    draw() {
      const { points, d, pca, zca, moved, left, patch } = this.values;
      [points, pca, zca].forEach((cloud, panel) => this.cloud(this.spots[panel], cloud));
      const [[first, second], { x, y }] = [this.tips, this.state];
      this.arms.setAttribute("d", path([first, [x, y], second]));
      const [pixels, ...whitened] = this.pictures;
      pixels.paint(patch.pixels, 1, 0);
      whitened.forEach((picture, at) => {
        const numbers = at ? patch.zca : patch.pca;
        const most = Math.max(...numbers.map(Math.abs));
        picture.paint(numbers, most, -most);
      });
      const { patch: number, epsilon } = this.state;
      const spread = (cloud) => {
        const middle = means(cloud);
        return [0, 1].map((axis) => shown(Math.sqrt(mean(cloud.map((p) => (p[axis] - middle[axis]) ** 2)))));
      };
      [points, pca, zca].forEach((cloud, panel) => {
        const [across, up] = spread(cloud);
        this.panels[panel].tell(`${cloud.length} points with a spread of ${across} across and ${up} up; the marked one at ${whereIs(cloud[0])}`);
      });
      const kinds = ["a patch of a photograph", "its scores over their deviations, a square of noise", "the patch with its edges alone"];
      this.pictures.forEach((picture, at) => picture.tell(`${kinds[at]}, number ${number + 1}${at ? `, with ε / d₁ = ${epsilon.toPrecision(2)}` : ""}`));
      this.say({
        variances: `${shown(d[0])}, ${shown(d[1])}`,
        left: left.map((variance) => shown(variance, 3)).join(", "),
        pca: shown(Math.sqrt(moved.pca)),
        zca: shown(Math.sqrt(moved.zca)),
      });
    }

    // The points in two colours, by their side of the second arm, and one that is marked.
    cloud([right, wrong, marked], points) {
      const base = stored.whitening.cloud;
      const side = (sign) => points.filter((_, n) => base[2 * n] * sign > 0).map((p) => spot(...p)).join("");
      right.setAttribute("d", side(1));
      wrong.setAttribute("d", side(-1));
      marked.setAttribute("d", spot(...points[0]));
    }
  }

  customElements.define("play-whitening", Whitening);
}
