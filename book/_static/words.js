// How words are compared where readers look for something: in the search, and on the page of verified
// equations.
const bookWords = (() => {
  const GREEK = {
    α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", η: "eta", θ: "theta", λ: "lambda",
    μ: "mu", ν: "nu", ξ: "xi", π: "pi", ρ: "rho", σ: "sigma", τ: "tau", φ: "phi", ψ: "psi",
    ω: "omega",
  };
  const JAPANESE = "\u3005-\u30ff\u3400-\u9fff";
  const WORD = new RegExp(`[${JAPANESE}]+|[^\\P{L}${JAPANESE}]+|\\p{N}+`, "gu");
  // Other words for what the book calls by one name.
  const CALLED = {
    sigmoid: "logistic", neuron: "unit", reparameterization: "reparametrization", sphering: "whitening",
    reparameterize: "reparametrize", regularizer: "regularization", optimizer: "optimization",
    bottleneck: "undercomplete", installation: "install", sae: "dictionary",
    auxk: "auxiliary", homework: "exercise", assignment: "problem", colour: "color",
    center: "centre", centered: "centred", centering: "centring",
  };

  // The words of a text in one spelling: small letters without accents, Greek ones by their names.
  const letters = (text) =>
    text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFKC").toLowerCase()
      .replace(/['’]s\b/g, "").replace(/[α-ω]/g, (letter) => ` ${GREEK[letter] ?? letter} `);
  const spelt = (text) => letters(text).match(WORD) ?? [];

  // A word as the book has it: -ise is -ize, and one name for one thing.
  const called = (word) => {
    const plain = word.replace(/is(e|ed|er|ers|es|ing|ation|ations)$/, "iz$1").replace(/ー$/, "");
    return CALLED[plain.replace(/s$/, "")] ?? plain;
  };

  return { JAPANESE, spelt, called };
})();
