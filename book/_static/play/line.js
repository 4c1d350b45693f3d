// A code of one number: the samples go to the nearest points of a line through their mean.
{
  const { Plaything, Panel, html, pairs, path, round, shown, spot, stored } = play;

  const RATE = 0.1; // of a step downhill
  const radians = (degrees) => (degrees * Math.PI) / 180;

  class Line extends Plaything {
    static label = "A line through a cloud of points";
    static state = { angle: [65, -90, 90] };

    build() {
      const { cloud } = stored.line;
      this.points = pairs(cloud);
      this.mean = [0, 1].map((axis) => this.points.reduce((sum, p) => sum + p[axis], 0) / this.points.length);
      this.centred = this.points.map((p) => p.map((at, axis) => at - this.mean[axis]));
      this.plane = new Panel("The samples and the line", { x: [-2.2, 6.2], y: [-2.5, 4.5], shape: 1.2, axes: false });
      this.lost = this.plane.line("second");
      this.line = this.plane.line("curve");
      this.spots = this.plane.line("spots");
      this.handle(this.plane, "End of the line", () => this.end(2.5), (x, y) => this.turn(x, y));
      this.chart = new Panel("E over the angle", { x: [-90, 90], y: [0, 1.6], shape: 1.2, note: "−90° to 90°; E from 0 to 1.6" });
      this.curve = this.chart.line("curve");
      this.tangent = this.chart.line("second");
      this.now = this.chart.line("marked");
      return [
        html("div", { class: "play-panels play-two" }, this.plane.node, this.chart.node),
        html("div", { class: "play-controls" },
          this.slider("angle", "Angle θ", { step: 1, say: (value) => `${shown(value, 1)}°` })),
        html("div", { class: "play-buttons" },
          this.button("A step downhill", () => this.descend()),
          this.button("To the steepest slope", () => this.steepest())),
        this.numbers({ error: "Error E", slope: "Slope dE/dθ", kept: "Variance along the line", total: "Variance in all" }),
      ];
    }

    end(length, { angle } = this.state) {
      const [x, y] = this.mean;
      return [x + length * Math.cos(radians(angle)), y + length * Math.sin(radians(angle))];
    }

    // Both ends of a line are one: an angle beyond a quarter turn counts from the other end.
    aim(degrees) {
      this.set({ angle: round(degrees - 180 * Math.round(degrees / 180), 2) });
    }

    turn(x, y) {
      this.aim((Math.atan2(y - this.mean[1], x - this.mean[0]) * 180) / Math.PI);
    }

    descend() {
      this.aim(this.state.angle - (RATE * this.values.slope * 180) / Math.PI);
    }

    // E is a sine of twice the angle, so it is steepest half way between its best and its worst.
    steepest() {
      const angles = Array.from({ length: 181 }, (_, at) => at - 90);
      const slopes = angles.map((angle) => this.measured(angle).slope);
      this.aim(angles[slopes.indexOf(Math.max(...slopes))]);
    }

    // What the line at an angle keeps, half of what it loses, and how fast that changes.
    measured(angle) {
      const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
      const mean = (f) => this.centred.reduce((sum, p) => sum + f(p), 0) / this.centred.length;
      const code = ([x, y]) => cos * x + sin * y;
      const missed = ([x, y]) => cos * y - sin * x;
      const [kept, lost] = [mean((p) => code(p) ** 2), mean((p) => missed(p) ** 2)];
      return { error: lost / 2, slope: -mean((p) => code(p) * missed(p)), kept, total: kept + lost };
    }

    get values() {
      return this.measured(this.state.angle);
    }

    draw() {
      const { angle } = this.state;
      const { error, slope, kept, total } = this.values;
      this.line.setAttribute("d", path([this.end(-9), this.end(9)]));
      this.spots.setAttribute("d", this.points.map((p) => spot(...p)).join(""));
      const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
      const nearest = this.centred.map(([x, y]) => this.end(cos * x + sin * y));
      this.lost.setAttribute("d", this.points.map((p, n) => path([p, nearest[n]])).join(""));
      const angles = Array.from({ length: 61 }, (_, at) => 3 * at - 90);
      this.curve.setAttribute("d", path(angles.map((at) => [at, this.measured(at).error])));
      const rise = radians(25) * slope;
      this.tangent.setAttribute("d", path([[angle - 25, error - rise], [angle + 25, error + rise]]));
      this.now.setAttribute("d", spot(angle, error));
      this.plane.tell(`${this.points.length} points, and a line through their mean at ${shown(angle, 1)}°; the points are ${shown(Math.sqrt(2 * error))} away from it, in the root mean square`);
      const way = Math.abs(slope) < 5e-4 ? "level" : slope > 0 ? "rising" : "falling";
      this.chart.tell(`a wave; at ${shown(angle, 1)}° it is at ${shown(error, 3)} and ${way}`);
      this.say({ error: shown(error, 3), slope: shown(slope, 3), kept: shown(kept, 3), total: shown(total, 3) });
    }
  }

  customElements.define("play-line", Line);
}
