// What a link leads to shows beside it: under a mouse that rests there, with the keyboard's focus, and
// at the first tap of a finger, whose second follows the link. Escape closes it; so does leaving, but
// a mouse may go onto it. It changes nothing on the page: it lies above it.
(() => {
  const REST = 250; // ms that a mouse rests on a link before it opens
  const GRACE = 300; // ms that it has to get from the link onto the preview
  const KINDS = ".math, figure, dt[id^=term-], .citation, .proof, dt.sig";
  const here = (address) => address.split("#")[0];

  const box = document.createElement("div");
  box.id = "preview";
  box.role = "tooltip";
  box.hidden = true;

  let shown = null; // the link whose preview is open
  let waiting = 0;
  let tapped = false; // the last press was a finger's

  // A copy of what stands elsewhere on this page, as the templates have it of other pages.
  const copied = (target) => {
    const copy = target.cloneNode(true);
    for (const part of copy.querySelectorAll(".headerlink, details.verified, button")) part.remove();
    for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    for (const part of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of ["id", "tabindex", "role", "aria-label", "loading"]) part.removeAttribute(name);
    }
    return copy;
  };

  const contentOf = (link) => {
    const address = link.getAttribute("href");
    const kept = document.querySelector(`template[data-preview="${CSS.escape(address)}"]`);
    if (kept) return kept.content.cloneNode(true);
    if (!link.hash || here(link.href) !== here(location.href)) return null;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return target?.matches(KINDS) && !target.contains(link) ? copied(target) : null;
  };

  // Below the line of the link that is pointed at, or above it where there is more room.
  const place = (link, x) => {
    const lines = [...link.getClientRects()];
    const line = lines.find(({ left, right }) => x >= left && x <= right) ?? lines[0];
    if (!line) return;
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const left = Math.max(8, Math.min(line.left, width - box.offsetWidth - 8));
    const above = line.bottom + box.offsetHeight + 4 > height && line.top > height - line.bottom;
    const top = above ? line.top - box.offsetHeight - 4 : line.bottom + 4;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${Math.max(top, 0) + scrollY}px`;
  };

  const close = () => {
    clearTimeout(waiting);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
    box.replaceChildren();
  };

  const open = (link, x, hint) => {
    clearTimeout(waiting);
    if (shown === link) return true;
    const content = contentOf(link);
    if (!content) return false;
    close();
    shown = link;
    box.replaceChildren(content);
    if (hint) {
      const line = document.createElement("p");
      line.className = "again";
      line.textContent = "Tap the link again to go there.";
      box.append(line);
    }
    box.style.left = box.style.top = "0";
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    place(link, x);
    for (const image of box.querySelectorAll("img")) {
      if (!image.complete) image.addEventListener("load", () => shown === link && place(link, x));
    }
    return true;
  };

  const after = (time, what) => {
    clearTimeout(waiting);
    waiting = setTimeout(what, time);
  };

  const linkAt = ({ target }) =>
    target instanceof Element ? target.closest(".bd-article a[href*='#']:not(.verified-card a)") : null;

  const listen = (article) => {
    article.addEventListener("pointerover", (event) => {
      const link = linkAt(event);
      if (event.pointerType !== "mouse" || !link) return;
      if (link === shown) clearTimeout(waiting);
      else after(REST, () => open(link, event.clientX));
    });
    article.addEventListener("pointerout", (event) => {
      const link = linkAt(event);
      if (event.pointerType !== "mouse" || !link || link.contains(event.relatedTarget)) return;
      clearTimeout(waiting);
      if (shown && shown !== document.activeElement) after(GRACE, close);
    });
    article.addEventListener("focusin", (event) => {
      const link = linkAt(event);
      if (link?.matches(":focus-visible") && !tapped) open(link, -1);
    });
    article.addEventListener("focusout", (event) => {
      if (linkAt(event) === shown && !box.matches(":hover")) close();
    });
    article.addEventListener("click", (event) => {
      const link = linkAt(event);
      if (!link || !tapped || link === shown) return close();
      if (open(link, event.clientX, true)) event.preventDefault();
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const article = document.querySelector(".bd-article");
    if (!article) return;
    document.body.append(box);
    listen(article);
    box.addEventListener("pointerenter", () => clearTimeout(waiting));
    box.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType === "mouse" && shown !== document.activeElement) after(GRACE, close);
    });
    document.addEventListener("pointerdown", ({ pointerType, target, width }) => {
      // A screen reader's tap has no size; it follows the link at once.
      tapped = pointerType === "touch" && width > 0;
      if (shown && !box.contains(target) && !shown.contains(target)) close();
    }, true);
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && shown) close();
      else if (key === "Tab" || key === "Enter") tapped = false;
    }, true);
    window.addEventListener("resize", close);
    window.addEventListener("pagehide", close);
  });
})();
