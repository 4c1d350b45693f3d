// What is too wide for its place scrolls there, and then, but only then, the keyboard must reach it.
const SCROLLERS = "pre, .cell_output > .output, .pst-scrollable-table-container";

const isWide = (box) => {
  // Of a formula count what is seen: its twin for screen readers is wider, and hidden.
  const formula = box.querySelector(":scope > mjx-math");
  return formula
    ? formula.getBoundingClientRect().width > box.getBoundingClientRect().width + 1
    : box.scrollWidth > box.clientWidth;
};

const reach = (box, wide) => {
  if (box.tagName !== "MJX-CONTAINER") {
    box.tabIndex = wide ? 0 : -1;
  } else if (wide) {
    box.tabIndex = 0;
    box.role = "group";
    box.ariaLabel = "Formula, wider than its place";
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  }
};

// Called when a box appears, is unfolded, or changes its size with the window or the letters.
const watch = new ResizeObserver((entries) => {
  const found = entries.map(({ target }) => [target, isWide(target)]);
  for (const [box, wide] of found) reach(box, wide);
});

window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  const boxes = document.querySelectorAll(`.bd-main :is(mjx-container, ${SCROLLERS})`);
  for (const box of boxes) if (!box.closest("a")) watch.observe(box);
});

// Paper is white: print the light theme, whichever is on the screen.
const page = document.documentElement.dataset;
let onScreen = page.theme;
window.addEventListener("beforeprint", () => {
  onScreen = page.theme;
  page.theme = "light";
});
window.addEventListener("afterprint", () => {
  page.theme = onScreen;
});
