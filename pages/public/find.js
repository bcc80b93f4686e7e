(() => {
  // Ctrl+K (pages/public/find.py): a dialog over the console that finds people, records and pages. Texts and results
  // come from /find in the reader's language; nothing of them is ever read as markup.
  const BUTTON = ".st-key-find button";
  const WAIT_MS = 120;
  const STYLE = `
    dialog.find { width: min(40rem, calc(100vw - 1.5rem)); max-height: min(36rem, calc(100dvh - 3rem)); margin: 8vh auto auto;
      padding: 0; border: 1px solid rgba(128, 128, 128, .45); border-radius: .6rem; overflow: hidden; font: inherit;
      background: var(--find-back); color: var(--find-ink); box-shadow: 0 1rem 3rem rgba(0, 0, 0, .3); }
    dialog.find[open] { display: flex; flex-direction: column; }
    dialog.find::backdrop { background: rgba(0, 0, 0, .45); }
    .find-top { display: flex; align-items: center; gap: .5rem; padding: .6rem .75rem;
      border-bottom: 1px solid rgba(128, 128, 128, .35); }
    .find-top input { flex: 1; min-width: 0; font: inherit; font-size: 1.05rem; padding: .45rem .5rem; color: inherit;
      background: transparent; border: 1px solid transparent; border-radius: .3rem; }
    .find-top input:focus-visible, .find-top button:focus-visible { outline: 2px solid #0b6e4f; outline-offset: 1px; }
    .find-top button { font: inherit; font-size: .85rem; min-height: 2rem; padding: .2rem .7rem; cursor: pointer;
      color: inherit; background: transparent; border: 1px solid rgba(128, 128, 128, .6); border-radius: .3rem; }
    .find-list { overflow-y: auto; padding: .25rem .5rem; }
    .find-kind { font-size: .8rem; padding: .5rem .4rem .2rem; opacity: .8; }
    .find-one { display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline; padding: .45rem .6rem; cursor: pointer;
      border-radius: .3rem; overflow-wrap: anywhere; }
    .find-one small { font-size: .82rem; opacity: .85; }
    .find-one[aria-selected="true"] { background: #0b6e4f; color: #fff; }
    .find-one[aria-selected="true"] small { opacity: 1; }
    .find-said { margin: 0; padding: .5rem 1rem .65rem; font-size: .82rem; opacity: .85; }
    .find-said + .find-said { padding-top: 0; }
    @media (max-width: 640px) { dialog.find { margin-top: .75rem; } .find-keys { display: none; } }`;
  let dialog, input, close, list, state, keys;
  let options = [], chosen = -1, asked = 0, waiting = 0;

  const made = (tag, name, parent) => {
    const element = document.createElement(tag);
    element.className = name;
    parent?.append(element);
    return element;
  };

  const build = () => {
    if (dialog?.isConnected) return;
    made("style", "", document.head).textContent = STYLE;
    dialog = made("dialog", "find", document.body);
    dialog.setAttribute("aria-modal", "true");
    const top = made("div", "find-top", dialog);
    input = made("input", "", top);
    for (const [name, value] of Object.entries({
      type: "text", role: "combobox", maxlength: "100", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-controls": "find-list", "aria-expanded": "false",
    })) input.setAttribute(name, value);
    close = made("button", "", top);
    close.type = "button";
    close.textContent = "×";
    list = made("div", "find-list", dialog);
    list.id = "find-list";
    list.setAttribute("role", "listbox");
    state = made("p", "find-said", dialog);
    state.setAttribute("role", "status");
    keys = made("p", "find-said find-keys", dialog);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("keydown", onKey);
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, WAIT_MS);
    });
  };

  const open = () => {
    build();
    if (dialog.open) return;
    const shown = getComputedStyle(document.querySelector(".stApp") ?? document.body);
    dialog.style.setProperty("--find-back", shown.backgroundColor);
    dialog.style.setProperty("--find-ink", shown.color);
    dialog.style.fontFamily = shown.fontFamily;
    input.value = "";
    dialog.showModal();
    input.focus();
    ask();
  };

  const ask = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(`/find?q=${encodeURIComponent(input.value.trim())}`);
      if (mine !== asked) return;
      if (answer.status === 401) return location.reload();
      const found = await answer.json();
      if (mine === asked) show(found);
    } catch {
      if (mine === asked) show({ kinds: [], said: navigator.language.startsWith("ja")
        ? "サーバーにつながりません。少し待ってから、もう一度入力してください。"
        : "The server does not answer. Wait a moment, then type again." });
    }
  };

  const show = ({ words, kinds, said }) => {
    if (words) {
      dialog.setAttribute("aria-label", words.title);
      input.setAttribute("aria-label", words.title);
      list.setAttribute("aria-label", words.title);
      input.placeholder = words.hint;
      close.setAttribute("aria-label", words.close);
      close.title = words.close;
      keys.textContent = words.keys;
    }
    options = [];
    list.replaceChildren(...kinds.map((kind, at) => {
      const group = made("div", "");
      const title = made("div", "find-kind", group);
      title.id = `find-kind-${at}`;
      title.textContent = kind.title;
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", title.id);
      for (const one of kind.found) group.append(option(one));
      return group;
    }));
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    state.textContent = said;
    choose(options.length && input.value.trim() ? 0 : -1);
  };

  const option = ({ text, detail, address }) => {
    const element = made("div", "find-one");
    const at = options.push(element) - 1;
    element.id = `find-${at}`;
    element.dataset.address = address;
    element.setAttribute("role", "option");
    made("span", "", element).textContent = text;
    if (detail) made("small", "", element).textContent = detail;
    element.addEventListener("mousemove", () => choose(at));
    element.addEventListener("click", (event) => go(address, event.ctrlKey || event.metaKey));
    return element;
  };

  const choose = (at) => {
    chosen = at;
    options.forEach((element, here) => element.setAttribute("aria-selected", String(here === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options[at].id);
    options[at]?.scrollIntoView({ block: "nearest" });
  };

  const go = (address, beside) => {
    if (beside) return void window.open(address, "_blank", "noopener");
    dialog.close();
    location.assign(address);
  };

  const onKey = (event) => {
    event.stopPropagation(); // Streamlit has keys of its own
    if (event.isComposing || event.keyCode === 229) return; // Enter and arrows belong to what is being converted
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      const from = chosen < 0 && step < 0 ? 0 : chosen;
      choose((from + step + options.length) % options.length);
    } else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      const one = options[chosen < 0 ? 0 : chosen];
      if (one && (chosen >= 0 || input.value.trim())) go(one.dataset.address, event.ctrlKey || event.metaKey);
    }
  };

  window.addEventListener("keydown", (event) => {
    const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (!wanted || !document.querySelector(BUTTON)) return;
    event.preventDefault();
    event.stopPropagation();
    dialog?.open ? dialog.close() : open();
  }, true);
  // Before Streamlit hears of it, for which the button would mean another run of the page.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(BUTTON)) return;
    event.preventDefault();
    event.stopPropagation();
    open();
  }, true);
})();
