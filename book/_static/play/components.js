// A digit from the mean of all and its first k principal components.
{
  const { Plaything, Panel, Picture, html, path, shown, spot, stored, inkIn } = play;

  const MOST = 64;

  class Components extends Plaything {
    static label = "A digit from its principal components";
    static state = { k: [10, 0, MOST], digit: [4, 0, 9] };

    build() {
      const titles = ["The digit", "Mean + k of 64", "Component k"];
      this.pictures = titles.map((title) => new Picture(title, 28));
      const { errors } = stored.components;
      this.chart = new Panel("Mean error E", { x: [0, MOST], y: [0, errors[0]], shape: 1, note: `k to ${MOST}, E to ${shown(errors[0], 0)}` });
      this.chart.line("curve").setAttribute("d", path([...errors].map((error, k) => [k, error])));
      this.now = this.chart.line("marked");
      const whole = { step: 1, say: (value) => shown(value, 0) };
      return [
        html("div", { class: "play-panels play-four" }, ...this.pictures.map(({ node }) => node), this.chart.node),
        html("div", { class: "play-controls" },
          this.slider("k", "Components k", whole), this.slider("digit", "Digit", whole)),
        this.numbers({ own: "Error of this digit", mean: "Mean error E", score: "Score of component k", kept: "Variance kept" }),
      ];
    }

    get values() {
      const { mean, components, scores, digits, errors } = stored.components;
      const { k, digit } = this.state;
      const own = scores.subarray(MOST * digit, MOST * (digit + 1));
      const image = digits.subarray(784 * digit, 784 * (digit + 1));
      const output = mean.map((value, pixel) => {
        let sum = value;
        for (let i = 0; i < k; i++) sum += own[i] * components[784 * i + pixel];
        return sum;
      });
      const error = output.reduce((sum, value, pixel) => sum + (value - image[pixel]) ** 2, 0) / 2;
      return { output, image, error, mean: errors[k], score: k ? own[k - 1] : 0, kept: 1 - errors[k] / stored.components.total[0] };
    }

    draw() {
      const { k } = this.state;
      const { output, image, error, mean, score, kept } = this.values;
      this.pictures[0].paint(image);
      this.pictures[1].paint(output);
      const component = stored.components.components.slice(784 * Math.max(k - 1, 0), 784 * Math.max(k, 1));
      const most = Math.max(...component.map(Math.abs));
      this.pictures[2].paint(k ? component : component.fill(0), -most, most);
      this.now.setAttribute("d", spot(k, mean));
      const [first, second, third] = this.pictures;
      first.tell(`a ${this.state.digit}; ${inkIn(image, 28)}`);
      second.tell(`the mean and ${k} components; ${inkIn(output, 28)}`);
      third.tell(k ? `component ${k}, which the digit has ${shown(score)} times` : "none yet");
      this.chart.tell(`a curve that falls with k; at k = ${k} it is at ${shown(mean)}`);
      this.say({ own: shown(error), mean: shown(mean), score: k ? shown(score) : "none", kept: `${shown(100 * kept, 1)} %` });
    }
  }

  customElements.define("play-components", Components);
}
