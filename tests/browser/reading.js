// What the tests of tests/browser ask of a page. Loaded into it as `reading`.
window.reading = (() => {
  const name = (box) => `${box.tagName.toLowerCase()}.${box.getAttribute("class")}`;
  const size = (box) => box.getBoundingClientRect();
  const formulas = () =>
    [...document.querySelectorAll(".formula > math")].filter((seen) => size(seen).width);
  const around = function* (box) {
    for (let at = box.parentElement; at && at !== document.body; at = at.parentElement) yield at;
  };

  // Everything that a reader may unfold, unfolded.
  const unfold = () => {
    for (const folded of document.querySelectorAll("details:not([open])")) folded.open = true;
    for (const closed of document.querySelectorAll(".toggle-button[aria-expanded=false]")) {
      closed.click();
    }
  };

  // Formulas of which a part cannot be seen: a box around them cuts it off and does not scroll there,
  // or it scrolls and the keyboard cannot reach it. Of a scrolled formula the box remains to be seen.
  const cutFormulas = () => formulas().flatMap((formula) => {
    let { left, right } = size(formula);
    for (const box of around(formula)) {
      const { overflowX } = getComputedStyle(box);
      const from = size(box).left + box.clientLeft;
      const to = from + box.clientWidth;
      if (overflowX === "visible" || (left >= from - 1 && right <= to + 1)) continue;
      const scrolls = overflowX !== "hidden" && overflowX !== "clip" &&
        left + box.scrollLeft >= from - 1 && right + box.scrollLeft <= from + box.scrollWidth + 1;
      const reached = box.tabIndex >= 0 || box.closest("a");
      if (!scrolls || !reached) {
        const why = scrolls ? "out of the keyboard's reach" : `cut by ${Math.round(right - to)} px`;
        return [`${formula.parentElement.innerText || "a formula"} in ${name(box)} is ${why}`];
      }
      [left, right] = [Math.max(left, from), Math.min(right, to)];
    }
    return [];
  });

  // The keyboard starts from here, even if the page put it elsewhere (a search does).
  const toTheTop = () => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  };

  const sideways = () => {
    const excess = document.documentElement.scrollWidth - window.innerWidth;
    return excess > 0 ? [`the page is ${excess} px too wide`] : [];
  };

  const repeatedIds = () => {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    const met = new Set();
    const again = ids.filter((id) => met.size === met.add(id).size);
    return again.map((id) => `id ${id} stands twice`);
  };

  // Formulas that take the keyboard's focus without being too wide, or are too wide without it.
  const wrongStops = () => formulas().flatMap((formula) => {
    const box = formula.parentElement;
    if (box.closest("a")) return box.tabIndex < 0 ? [] : ["a formula in a link takes focus"];
    const wide = size(formula).width > size(box).width + 1;
    const stops = box.tabIndex >= 0;
    return wide === stops ? [] : [`${name(box)}: too wide ${wide}, takes focus ${stops}`];
  });

  const untypeset = () =>
    [...document.querySelectorAll(".math")]
      .filter((math) => !math.querySelector("math") || math.querySelector("merror"))
      .map((math) => `not set: ${math.textContent.slice(0, 60)}`);

  // A page has ten thousand letters in its formulas; they look like the x that takes their place.
  const withoutGlyphs = (within = document) => {
    for (const glyphs of within.querySelectorAll("math")) glyphs.replaceWith("x");
  };

  // Code is thousands of coloured words, which matter for its colours alone. Returns the way back.
  const withoutColouredCode = () => {
    const blocks = [...document.querySelectorAll(".highlight pre, .sig-param:not(:has(a))")];
    const before = blocks.map((block) => [...block.childNodes]);
    for (const block of blocks) block.textContent = block.textContent;
    reading.withColouredCode = () => blocks.forEach((block, at) => block.replaceChildren(...before[at]));
  };

  // What scripts hold on to: things to play with, and the contents in which the place is marked.
  const held = (box) => [box, ...around(box)].some((at) =>
    at.localName.startsWith("play-") || at.classList.contains("page-toc"));

  // Leave of the words that are styled alike only one, so that each colour is judged once; then of the
  // boxes that are left with nothing else inside, and so on. The icons of buttons have no words.
  // Of kinds that are known from other pages none is left. Returns the kinds that are.
  const oneOfAKind = (known = []) => {
    for (const icon of document.querySelectorAll("button svg, summary svg")) icon.remove();
    const leaves = "body :not(:has(*)):not(path, use, rect, script, style, link)";
    let seen;
    for (let before = Infinity, now; (now = document.querySelectorAll("*").length) < before; ) {
      before = now;
      seen = new Set(known);
      for (const leaf of document.querySelectorAll(leaves)) {
        if (held(leaf)) continue;
        const kinds = [leaf, ...around(leaf)].slice(0, 6).map(name);
        const path = [leaf.getAttribute("style"), ...kinds].join(" ");
        if (seen.has(path)) leaf.remove();
        seen.add(path);
      }
    }
    return [...seen].filter((path) => !known.includes(path));
  };

  // Where the keyboard is, and what a reader sees of it.
  const stop = () => {
    const at = document.activeElement;
    if (at === document.body) return null;
    const { left, top, right, bottom } = size(at);
    const { outlineStyle, outlineWidth, outlineColor, visibility } = getComputedStyle(at);
    const drawn = at instanceof SVGElement; // its box leaves out the width of its lines
    const ring = at.querySelector(".play-ring"); // of a handle in a figure, drawn there
    const onScreen = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
    return {
      name: `${name(at)} ${at.textContent.trim().slice(0, 30)}`,
      seen: onScreen && (drawn || (right > left && bottom > top)) && visibility === "visible",
      ring: ring
        ? !/none|, 0\)$|transparent/.test(getComputedStyle(ring).stroke)
        : outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 &&
          !/, 0\)$|transparent/.test(outlineColor),
      formula: at.matches(".formula"),
    };
  };

  const seen = { unfold, cutFormulas, sideways, repeatedIds, wrongStops, untypeset, stop };
  return { toTheTop, ...seen, withoutGlyphs, withoutColouredCode, oneOfAKind };
})();
