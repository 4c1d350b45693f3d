// A formula too wide for the page scrolls in a box of its own; the keyboard must be able to reach it.
const reachable = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  for (const formula of document.querySelectorAll("mjx-container")) reachable.observe(formula);
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
