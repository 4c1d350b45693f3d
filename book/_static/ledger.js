// The page of verified equations shows those of one chapter or with certain words; the address says
// which, so that it can be kept and passed on.
(() => {
  const folded = (text) => bookWords.spelt(text).map(bookWords.called).join(" ");
  // What is said of an equation, and its formula as it was written: \rho is there as "rho".
  const listed = (entry) => {
    const said = [...entry.querySelectorAll(":scope > p, summary, summary + p")];
    const { tex } = entry.querySelector(":scope > .math").dataset;
    return folded([...said.map(({ textContent }) => textContent), tex].join(" "));
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form.ledger-filter");
    if (!form) return;
    const { chapter, words } = form.elements;
    const count = form.querySelector("output");
    const sections = [...document.querySelectorAll("section[id^=chapter-]")].map((section) => ({
      section,
      title: folded(section.querySelector("h2").textContent),
      entries: [...section.querySelectorAll(".ledger-entry")].map((entry) => [entry, listed(entry)]),
    }));

    const apply = () => {
      const wanted = words.value.split(/\s+/).map(folded).filter(Boolean);
      let shown = 0;
      for (const { section, title, entries } of sections) {
        const inside = !chapter.value || section.id === `chapter-${chapter.value}`;
        let here = 0;
        for (const [entry, text] of entries) {
          const fits = inside && wanted.every((word) => text.includes(word) || title.includes(word));
          entry.hidden = !fits;
          here += fits;
        }
        section.hidden = !here;
        shown += here;
      }
      count.value = shown === 1 ? "1 equation" : `${shown || "No"} equations`;
    };

    const read = () => {
      const asked = new URLSearchParams(location.search);
      const known = [...chapter.options].map(({ value }) => value);
      chapter.value = known.find((value) => value && value === asked.get("chapter")) ?? "";
      words.value = asked.get("words") ?? "";
      apply();
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (target?.closest("[hidden]")) {
        chapter.value = words.value = "";
        apply();
        target.scrollIntoView();
      }
    };

    const keep = () => {
      const asked = new URLSearchParams();
      if (chapter.value) asked.set("chapter", chapter.value);
      if (words.value.trim()) asked.set("words", words.value.trim());
      history.replaceState(null, "", `${location.pathname}${asked.size ? `?${asked}` : ""}`);
    };

    form.addEventListener("input", () => {
      apply();
      keep();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !words.value) return;
      words.value = "";
      apply();
      keep();
    });
    window.addEventListener("hashchange", read);
    read();
  });
})();
