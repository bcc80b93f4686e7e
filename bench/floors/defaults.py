"""The same console as Streamlit serves it when nothing is set: ``streamlit run``, its own options, no gate before it.

Everybody is the account that ``BENCH_ACCOUNT`` names, since there is no cookie that could say who it is.
"""

import os

import streamlit as st

import services
from core.settings import ROOT
from pages.kit import guard
from services import access

services.load_all()
guard.actor_source = lambda tx: access.actor_for(tx, int(os.environ["BENCH_ACCOUNT"]))
app = st.App(ROOT / "pages" / "console.py")
