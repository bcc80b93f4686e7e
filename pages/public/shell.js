// What Streamlit's page shell lacks: words in the reader's language, a menu that keyboards and screen readers can use,
// and forms that are opened with the cursor in a field.
// WORDS comes from pages/public/shell.py: by the English text, what stands in its place.
(() => {
  const { exact, patterns, containers, menu } = WORDS;
  const NAMED = ["aria-label", "aria-valuetext", "title", "placeholder", "alt"];
  const SELECTOR = NAMED.map((name) => `[${name}]`).join(",");
  const inOurWords = (text) => {
    const plain = text.trim();
    if (Object.hasOwn(exact, plain)) return exact[plain];
    for (const [pattern, words] of patterns) {
      const found = plain.match(pattern);
      if (found) return words.replace("{0}", found[1] ?? "");
    }
    return null;
  };

  const nameOf = (element) => {
    for (const attribute of NAMED) {
      const given = element.getAttribute(attribute);
      const words = given && inOurWords(given);
      if (words !== null && words !== "" && words !== given) element.setAttribute(attribute, words);
    }
    // The sign beside a word is said by the word.
    if (element.getAttribute("role") === "img" && / icon$/.test(element.getAttribute("aria-label") ?? "")) {
      element.setAttribute("aria-hidden", "true");
    }
  };
  const textsIn = (element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const words = inOurWords(walker.currentNode.data);
      if (words !== null) walker.currentNode.data = words;
    }
  };
  const translate = (root) => {
    for (const element of [root, ...root.querySelectorAll(SELECTOR)]) nameOf(element);
    // What people typed may be an English word: texts are changed inside of Streamlit's own parts only.
    const inside = root.closest(containers);
    for (const element of inside ? [root] : root.querySelectorAll(containers)) textsIn(element);
  };

  // Streamlit puts sections into a list where only items may stand, and their headings answer to a mouse only.
  const mendMenu = () => {
    for (const list of document.querySelectorAll('[data-testid="stSidebarNavItems"]:not([role])')) {
      list.setAttribute("role", "none");
      list.parentElement.setAttribute("role", "navigation");
      list.parentElement.setAttribute("aria-label", menu);
    }
    for (const item of document.querySelectorAll('[data-testid="stSidebarNavItems"] li:not([role])')) {
      item.setAttribute("role", "none");
    }
    for (const heading of document.querySelectorAll('[data-testid="stNavSectionHeader"]')) {
      const section = heading.parentElement;
      if (!heading.hasAttribute("role")) {
        const name = heading.querySelector("p")?.textContent ?? "";
        section.setAttribute("role", "group");
        section.setAttribute("aria-label", name);
        heading.setAttribute("aria-label", name);
        heading.setAttribute("role", "button");
        heading.tabIndex = 0;
        heading.addEventListener("keydown", (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            heading.click();
          }
        });
      }
      heading.setAttribute("aria-expanded", String(section.querySelector("li") !== null));
    }
  };

  // Where a form says with which field to begin (pages/kit/forms.py), the cursor stands there once the field has come.
  let begun = null;
  const begin = () => {
    const mark = document.querySelector(".anchor.begin");
    if (mark?.id === begun) return;
    const field = mark?.closest('[data-testid="stElementContainer"]').nextElementSibling?.querySelector("input, textarea");
    if (mark && !field) return;
    begun = mark?.id;
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: "center" });
  };

  const waiting = new Set();
  const settle = () => {
    const roots = [...waiting];
    waiting.clear();
    for (const root of roots) if (root.isConnected) translate(root);
    mendMenu();
    begin();
  };
  const look = (records) => {
    if (waiting.size === 0) requestAnimationFrame(settle);
    for (const { type, target, addedNodes } of records) {
      if (type === "childList") {
        for (const node of addedNodes) waiting.add(node.nodeType === Node.ELEMENT_NODE ? node : target);
      } else waiting.add(type === "attributes" ? target : target.parentElement ?? document.body);
    }
    waiting.add(document.head); // so that a record without a new element settles too
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMED,
  });
  waiting.add(document.body);
  settle();
})();
