"""Plain pages with a menu: what pages of the console show, as constant data, from the file that ``BENCH_PAGES`` names."""

import os
import pickle
from functools import cache, partial
from pathlib import Path

import streamlit as st
from streamlit import config

from bench.plain import Shown, plain_page
from core.settings import ROOT


@cache
def pages() -> dict[str, list[Shown]]:
    """Return what each address shows."""
    known: dict[str, list[Shown]] = pickle.loads(Path(os.environ["BENCH_PAGES"]).read_bytes())
    return known


def console() -> None:
    """Run the page that was asked for."""
    start = st.Page(partial(plain_page, []), title="-", default=True)  # the first one has no address of its own
    made = [st.Page(partial(plain_page, shown), title=url, url_path=url) for url, shown in pages().items()]
    st.navigation([start, *made]).run()


config.set_option("runner.postScriptGC", False)  # as the console: the pages alone are compared
app = st.App(ROOT / "bench" / "floors" / "plain_script.py")
