"""Plain pages with a menu: what pages of the console show, as constant data, from the file that ``BENCH_PAGES`` names."""

import os
import pickle
from collections import defaultdict
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config

from bench.plain import Shown, plain_page
from core.settings import ROOT
from pages.kit.menu import PAGES


@cache
def pages() -> dict[str, list[Shown]]:
    """Return what each address shows."""
    known: dict[str, list[Shown]] = pickle.loads(Path(os.environ["BENCH_PAGES"]).read_bytes())
    return known


def console() -> None:
    """Run the page that was asked for, beside the same menu: its titles, icons and sections."""
    sections: dict[str, list[Any]] = defaultdict(list)
    for entry in PAGES:
        sections[entry.section].append(
            st.Page(
                partial(plain_page, pages().get(entry.url, [])), title=entry.title, url_path=entry.url,
                icon=f":material/{entry.icon}:", visibility="visible" if entry.listed else "hidden",
            )
        )  # fmt: skip
    start = st.Page(partial(plain_page, []), title="-", default=True, visibility="hidden")  # it has no address
    st.navigation({**sections, "": [*sections[""], start]}, expanded=True).run()


config.set_option("runner.postScriptGC", False)  # as the console: the pages alone are compared
app = st.App(ROOT / "bench" / "floors" / "plain_script.py")
