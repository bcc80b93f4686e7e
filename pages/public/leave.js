(() => {
  // Streamlit keeps what its own menu chose by the address of the page; ours is chosen on a page of ours.
  try {
    localStorage.setItem(`stActiveTheme-${location.pathname}-v2`, JSON.stringify(document.documentElement.dataset.theme));
  } catch {
    // A browser that keeps nothing follows the system.
  }
  // Closing codes of pages/public/sockets.py: 4401 the session is over, 4403 the page may show too much.
  const leave = (address) => {
    document.title = "Renraku 連絡";
    document.body.replaceChildren();
    address ? location.replace(address) : location.reload();
  };
  const here = () => encodeURIComponent(location.pathname.slice(1));
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", ({ code }) => {
        if (code === 4401) leave(`/session/end?to=${here()}`);
        if (code === 4403) leave();
      });
    }
  };
})();
