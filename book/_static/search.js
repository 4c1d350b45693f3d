// The search: sections and terms that bear the words in their title come first, then what has them in
// its text. The places stand in search_places.js, how words are compared in words.js; language_data.js has
// Sphinx's stemmer and stop words.
const bookSearch = (() => {
  const { JAPANESE, spelt, called } = bookWords;
  const IN_JAPANESE = new RegExp(`[${JAPANESE}]`);
  // What turns words into a question and says nothing of what is asked.
  const ASKING = new Set(
    ("a about an am are be can could did do does get give how i is it make many me much my need of or"
      + " should than that the there this to us vs versus was we what when where which who whose why will"
      + " with would you your between tell explain").split(" "));
  const SHOWN = 30;
  const SAME = 2000;
  // Where readers look first: chapters, problem sets and the glossary; what only speaks of them comes
  // after.
  const PAGES = [
    [/^book\/(\d\d_|problem_sets)/, 80], [/^book\/glossary/, 70], [/^book\/(equations|errata)/, -200],
  ];
  const stemmer = new Stemmer();
  const stems = new Map();
  const rarities = new Map();
  let places = [];
  let typical = 1;

  // One form for what is written in several: letters, accents, Greek, -ise and -ize, plural.
  const stem = (word) => {
    if (!stems.has(word)) stems.set(word, stemmer.stemWord(called(word)));
    return stems.get(word);
  };
  const words = (text) => spelt(text).map(stem);

  // A title as it is compared: its words, and the same without the gaps between them, in which
  // "mini-batch", "mini batch" and "minibatches" are one.
  const comparable = (title) => {
    const parts = words(title);
    const rests = parts.map((_, at) => parts.slice(at).join("")); // from each word to the end
    return { words: parts, joined: parts.join(""), rests, spelt: spelt(title).join("") };
  };

  const counted = (parts) => {
    const counts = new Map();
    for (const word of parts) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  };

  // A function is called for by its own name, without those of its module and class.
  const shortNames = ({ kind, titles }) =>
    kind === "object" ? titles.map((title) => title.split(".").at(-1)) : [];

  const prepare = (place) => ({
    ...place,
    compared: [...place.titles, ...shortNames(place)].map(comparable),
    counts: counted(words(`${place.titles.join(" ")} ${place.text}`)),
    length: place.text.length,
    weight: PAGES.find(([pages]) => pages.test(place.to))?.[1] ?? 0,
  });

  const bears = (wanted, has) => has === wanted || (isJapanese(wanted) && has.includes(wanted));
  const begins = (wanted, has) => has.startsWith(wanted) || bears(wanted, has);
  const isJapanese = (word) => IN_JAPANESE.test(word);

  // How well a title answers: the same words, the words side by side, all of them, their beginnings.
  const ofTitle = (query, title) => {
    const share = query.joined.length / Math.max(title.joined.length, query.joined.length);
    if (title.spelt === query.spelt) return SAME + 100;
    if (title.joined === query.joined) return SAME;
    const all = (match) => query.words.every((w) => title.words.some((has) => match(w, has)));
    const side = title.rests.some((rest) => rest.startsWith(query.joined));
    if (side && all(bears)) return 800 + 100 * share;
    if (all(bears)) return 650 + 100 * share;
    if (side) return 550 + 100 * share;
    if (all(begins)) return 400 + 100 * share;
    const some = query.words.filter((w) => title.words.some((has) => bears(w, has)));
    return (60 * some.join("").length) / query.joined.length;
  };

  // How well a text answers: how much of it is about the words, of which the rare ones say most.
  const timesIn = (counts, wanted) => {
    if (!isJapanese(wanted)) return counts.get(wanted) ?? 0;
    return [...counts].reduce((sum, [has, n]) => sum + (bears(wanted, has) ? n : 0), 0);
  };
  const rarity = (word) => {
    if (!rarities.has(word)) {
      const having = places.filter((place) => timesIn(place.counts, word)).length;
      rarities.set(word, Math.log(1 + places.length / (1 + having)));
    }
    return rarities.get(word);
  };
  const ofText = (query, place) => {
    let found = 0, whole = 0, had = 0, all = true;
    for (const word of query.words) {
      const times = timesIn(place.counts, word);
      const room = 0.5 + (0.5 * place.length) / typical; // in a long text a word says less
      found += (rarity(word) * times) / (times + room);
      had += times ? rarity(word) : 0;
      all &&= times > 0;
      whole += rarity(word);
    }
    return { all, share: had / whole, much: (100 * found) / whole };
  };

  // A function is what was meant if its name is written as code; else its name is a coincidence.
  const asMeant = (query, place, title) => {
    if (place.kind !== "object") return title;
    if (query.isCode) return title + 200;
    return title >= SAME ? 350 : Math.min(title, 90);
  };

  const marks = (query, place) => {
    const title = Math.max(
      ...query.ways.flatMap((way) => place.compared.map((t) => ofTitle(way, t))));
    return { place, title: asMeant(query, place, title), ...ofText(query, place) };
  };

  // Places that bear the words in their title, or have all of them; where no place has all of
  // several words, those that have most of what the words say.
  const answers = ({ title, all }) => title >= 350 || all;
  const nearlyAnswers = ({ share }) => share > 0.5;

  const parse = (text) => {
    const said = spelt(text);
    const asked = (word) => stopwords.includes(word) || ASKING.has(word);
    const kept = said.filter((word) => !asked(word));
    const bare = kept.length ? kept : said;
    const together = (all) => ({ joined: all.map(stem).join(""), spelt: all.join("") });
    const isCode = /\w[_.]\w|\(\)/.test(text);
    const parts = bare.map(stem);
    // A title may be what is asked about, or the question itself.
    const ways = (bare.length < said.length ? [said, bare] : [said])
      .map((all) => ({ words: parts, ...together(all) }));
    return { words: parts, ways, isCode };
  };

  const find = (text) => {
    const query = parse(text);
    if (!query.words.length) return [];
    const marked = places.map((place) => marks(query, place));
    const best = (near) => marked
      .filter(near ? nearlyAnswers : answers)
      .map(({ place, title, all, share, much }) =>
        ({ place, score: title + 100 * (near ? share : all) + much + place.weight }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
    const found = best(false);
    return found.length || query.words.length < 2 ? found : best(true);
  };

  // A few words around the first of the searched ones.
  const excerpt = (text, query) => {
    const tokens = text.split(" ");
    const at = tokens.findIndex((token) =>
      words(token).some((has) => query.words.some((w) => bears(w, has))));
    const start = Math.max(0, at - 12);
    const cut = tokens.slice(start, start + 36);
    return [start > 0 ? ["…"] : [], cut, start + 36 < tokens.length ? ["…"] : []].flat();
  };

  const element = (name, text, options = {}) =>
    Object.assign(document.createElement(name), { textContent: text }, options);

  const inItsLanguage = (text) => {
    const span = document.createElement("span");
    for (const part of text.split(new RegExp(`([${JAPANESE}]+)`))) {
      span.append(isJapanese(part) ? element("span", part, { lang: "ja" }) : part);
    }
    return span;
  };

  const shown = (place, query) => {
    const item = document.createElement("li");
    const link = element("a", "", { href: place.to });
    link.append(inItsLanguage(place.titles.join(" · ")));
    const snippet = document.createElement("p");
    for (const token of excerpt(place.text, query)) {
      const hit = words(token).some((has) => query.words.some((w) => bears(w, has)));
      const part = inItsLanguage(token);
      if (hit) snippet.append(Object.assign(document.createElement("mark"), {}), " ");
      if (hit) snippet.lastElementChild.append(part);
      else snippet.append(part, " ");
    }
    item.append(link, element("span", place.page, { className: "search-page" }), snippet);
    return item;
  };

  const show = (text) => {
    const found = text.trim() ? find(text) : [];
    const query = parse(text);
    const status = document.getElementById("search-status");
    const number = found.length === 1 ? "1 place" : `${found.length} places`;
    const best = found.length > SHOWN ? `, the best ${SHOWN} of them here` : "";
    status.textContent = text.trim() ? `${number} found for “${text.trim()}”${best}.` : "";
    const list = found.slice(0, SHOWN).map(({ place }) => shown(place, query));
    document.querySelector("#search-results ol").replaceChildren(...list);
  };

  const start = () => {
    const results = document.getElementById("search-results");
    results.append(element("p", "", { id: "search-status", role: "status" }));
    results.append(document.createElement("ol"));
    const asked = new URLSearchParams(window.location.search).get("q") ?? "";
    for (const field of document.querySelectorAll("input[name=q]")) {
      field.value = asked;
      field.addEventListener("input", () => show(field.value));
    }
    if (!asked) document.querySelector(".bd-search-container input").focus();
    show(asked);
  };

  const open = (data) => {
    places = data.map(prepare);
    typical = places.reduce((sum, place) => sum + place.length, 0) / places.length || 1;
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  };

  return { find, open };
})();
