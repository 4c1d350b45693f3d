// What is too wide for its place scrolls there, and then, but only then, the keyboard must reach it.
const SCROLLERS = "pre, .cell_output > .output, .pst-scrollable-table-container";

// Of a formula counts what is seen, which may be wider than its place.
const isWide = (box) => {
  const formula = box.querySelector(":scope > math");
  return formula
    ? formula.getBoundingClientRect().width > box.getBoundingClientRect().width + 1
    : box.scrollWidth > box.clientWidth;
};

const reach = (box, wide) => {
  if (!box.matches(".formula")) {
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
  const boxes = new Set(entries.map(({ target }) => target.closest(".formula") ?? target));
  const found = [...boxes].map((box) => [box, isWide(box)]);
  for (const [box, wide] of found) reach(box, wide);
});

// What is far below waits until the first screen has been drawn, and is then laid out piece by piece;
// of the reference, which nobody reads from end to end, only when somebody goes to a place in it.
const FAR = "article > section > section:nth-of-type(n + 3)";
const far = [...document.querySelectorAll(`.in-pieces :is(${FAR}, ${FAR} section)`)];
const isReference = far.some((section) => section.matches(".module"));

const layOut = (most = 8) => {
  const begin = performance.now();
  while (far.length && performance.now() < begin + most) { // milliseconds, half a frame
    const section = far.shift();
    section.classList.add("laid-out");
    section.getBoundingClientRect();
  }
  if (far.length) return soon(() => layOut());
  document.documentElement.classList.remove("in-pieces");
  followContents();
};
// The theme names a list of contents that is not there; and of a long section not a tenth is seen.
const followContents = () => {
  const target = document.querySelector("nav.page-toc");
  const ours = { target, rootMargin: "0px 0px -60%", threshold: [0] };
  if (target) bootstrap.ScrollSpy.getOrCreateInstance(document.body, ours);
};
const soon = window.requestIdleCallback ?? ((work) => setTimeout(work, 20));
window.addEventListener("load", () => soon(() => (isReference ? followContents() : layOut())));
window.addEventListener("beforeprint", () => layOut(Infinity));
// Who goes to a place of the page comes to where it is, not to where it was guessed to be.
document.addEventListener("click", ({ target }) => {
  if (target.closest('a[href^="#"]')) layOut(Infinity);
}, true);

window.addEventListener("load", async () => {
  await document.fonts.ready;
  const boxes = document.querySelectorAll(`.bd-main :is(.formula, ${SCROLLERS})`);
  for (const box of boxes) {
    if (box.closest("a")) continue;
    watch.observe(box);
    // A formula grows in its box when its font arrives.
    if (box.firstElementChild?.tagName === "math") watch.observe(box.firstElementChild);
  }
});

// What holds an equation opens under a mouse or the keyboard's focus too, and Escape closes it.
const openByItself = (mark) => {
  mark.addEventListener("pointerenter", ({ pointerType }) => {
    if (pointerType === "mouse") mark.open = true;
  });
  mark.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse" && !mark.contains(document.activeElement)) mark.open = false;
  });
  mark.addEventListener("focusin", ({ target }) => {
    if (target.matches(":focus-visible")) mark.open = true;
  });
  mark.addEventListener("focusout", ({ relatedTarget }) => {
    if (!mark.contains(relatedTarget)) mark.open = false;
  });
  mark.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    mark.querySelector("summary").focus(); // what has it would be gone with the card
    mark.open = false;
  });
  mark.querySelector("summary").addEventListener("click", (event) => {
    if (event.pointerType === "mouse") event.preventDefault(); // the mouse above it has opened it
  });
};

// A link into what is folded opens it.
const unfold = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView({ behavior: "instant" });
};
window.addEventListener("hashchange", () => {
  layOut(Infinity);
  unfold();
});
window.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("details.verified").forEach(openByItself);
  unfold();
});

// Paper is white: print the light theme, whichever is on the screen; and on paper nothing unfolds.
const page = document.documentElement.dataset;
let onScreen = page.theme;
let folded = [];
window.addEventListener("beforeprint", () => {
  onScreen = page.theme;
  page.theme = "light";
  folded = [...document.querySelectorAll("article details.sd-dropdown:not([open])")];
  for (const box of folded) box.open = true;
});
window.addEventListener("afterprint", () => {
  page.theme = onScreen;
  for (const box of folded) box.open = false;
});
