"""From a click in the menu to the page's content, in Chromium: the console's pages, and plain ones of the same elements.

A page is there when its heading stands, its script has ended and nothing of the page before is left. The first click
of a browser loads Streamlit's table as well; it is told apart (``cold``).
"""

import os
import pickle
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.common import full_size
from bench.plain import Shown
from bench.served import Served, free_port, serving, uvicorn
from core.actor import Actor
from core.database import transaction
from core.shown import page_address
from services import access

PAGES = ("people/list.py", "access/accounts.py", "broadcasts/list.py")
"""Lists with filters and a table each, gone through in turn."""

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
CLICK = """
async ([href, before]) => {
  const state = () => document.querySelector('[data-testid="stApp"]').dataset.testScriptState;
  const there = () => document.querySelector("h1")?.innerText !== before && document.querySelector("h1") &&
    state() === "notRunning" && !document.querySelector('[data-stale="true"]');
  const began = performance.now();
  document.querySelector(`[data-testid="stSidebarNav"] a[href$="/${href}"]`).click();
  while (!there()) {
    if (performance.now() - began > 30000) throw new Error(`${href} did not come`);
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - began;
}
"""


def measured(account: int, shown: dict[str, list[Shown]]) -> dict[str, Any]:
    """Click through both; return the medians (ms), their ratio, and what the first click took."""
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        Path(file.name).write_bytes(pickle.dumps({_url(path): of for path, of in shown.items()}))
        ours_port, floor_port = free_port(), free_port()
        with (
            serving(uvicorn("streamlit_app:app", ours_port), ours_port) as ours,
            serving(uvicorn("bench.floors.plain:app", floor_port), floor_port, BENCH_PAGES=file.name) as floor,
        ):
            cookie = {
                "name": f"renraku-{ours_port}",
                "value": _session(account),
                "url": f"http://127.0.0.1:{ours_port}",
            }
            took = _clicked({"ours": (ours, [cookie]), "floor": (floor, [])})
    warm = {name: statistics.median(times[1:]) for name, times in took.items()}
    ratio = statistics.median(one / other for one, other in zip(took["ours"][1:], took["floor"][1:], strict=True))
    return {
        "browser_ms": round(warm["ours"], 1), "browser_floor_ms": round(warm["floor"], 1), "browser_ratio": ratio,
        "browser_cold_ms": {name: round(times[0], 1) for name, times in took.items()},
    }  # fmt: skip


def _clicked(servers: dict[str, tuple[Served, list[Any]]]) -> dict[str, list[float]]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - comes with what the tests need

    chromium = next(
        found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))
    )
    took: dict[str, list[float]] = {name: [] for name in servers}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", chromium), args=OPTIONS)
        tabs = {}
        for name, (server, cookies) in servers.items():
            window = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ja-JP")
            window.add_cookies(cookies)
            tabs[name] = window.new_page()
            tabs[name].goto(f"http://127.0.0.1:{server.port}/{_url(PAGES[-1])}")
            tabs[name].locator("h1").first.wait_for(timeout=60_000)
            tabs[name].wait_for_timeout(2_000)
        for path in PAGES * (20 if full_size() else 8):
            for name, tab in tabs.items():
                took[name].append(tab.evaluate(CLICK, [_url(path), tab.locator("h1").first.inner_text()]))
                tab.wait_for_timeout(200)
        browser.close()
    return took


def _session(account: int) -> str:
    with transaction(Actor.system("bench")) as tx:
        return access.start_session(tx, account)


def _url(path: str) -> str:
    return page_address(path.partition("?")[0])
