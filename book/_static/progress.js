// Which sections of which chapter have been read to their ends. It is remembered in this browser alone,
// and nothing is sent anywhere; "Forget it" on the home page removes it.
const readSoFar = (() => {
  const KEY = "autoencoders: sections read";
  const WHILE = 1500; // milliseconds

  // A browser may forbid to remember anything; then nothing is remembered, and nothing is shown.
  const load = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };
  const save = (all) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      // see above
    }
  };
  const forget = () => {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // see above
    }
  };

  const isWhole = (entry) => Boolean(entry) && entry.read.length >= entry.of;
  const said = (entry) => {
    if (!entry || !entry.read.length) return "";
    return isWhole(entry) ? "✓ Read to the end" : `${entry.read.length} of ${entry.of} sections read`;
  };

  // On a chapter's page: a section counts when its last line has stayed on the screen for a while, and
  // not when it only passes by.
  const watchSections = (end) => {
    const name = end.dataset.chapter;
    const sections = [...document.querySelectorAll(".bd-article > section > section[id]")];
    const show = () => {
      const text = said(load()[name]);
      if (end.textContent !== text) end.textContent = text;
    };
    const count = (section) => {
      const all = load();
      const ids = new Set(sections.map(({ id }) => id));
      const before = (all[name]?.read ?? []).filter((id) => ids.has(id));
      all[name] = { read: [...new Set([...before, section.id])], of: sections.length };
      save(all);
      show();
    };
    const staying = new Map();
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(staying.get(target));
        if (!isIntersecting) continue;
        const done = () => {
          observer.unobserve(target);
          count(target.parentElement);
        };
        staying.set(target, setTimeout(done, WHILE));
      }
    });
    for (const section of sections) {
      const mark = section.appendChild(document.createElement("span"));
      mark.className = "section-end";
      observer.observe(mark);
    }
    show();
  };

  const showOnCards = () => {
    const all = load();
    for (const card of document.querySelectorAll(".chapter-card")) {
      card.querySelector(".card-read").textContent = said(all[card.dataset.chapter]);
    }
    const box = document.querySelector(".forget");
    if (box) box.hidden = !Object.keys(all).length;
  };

  const showInSidebar = () => {
    const all = load();
    const links = document.querySelectorAll(".bd-sidebar-primary .bd-toc-item a");
    for (const link of links) {
      const at = Object.keys(all).find((name) => link.pathname.endsWith(`/${name}.html`));
      link.classList.toggle("was-read", isWhole(all[at]));
    }
  };

  const start = () => {
    const end = document.getElementById("chapter-end");
    if (end) watchSections(end);
    showOnCards();
    showInSidebar();
    document.querySelector(".forget button")?.addEventListener("click", () => {
      forget();
      showOnCards();
      showInSidebar();
      document.querySelector(".chapter-card a").focus();
    });
  };

  return { start };
})();
window.addEventListener("DOMContentLoaded", readSoFar.start);
