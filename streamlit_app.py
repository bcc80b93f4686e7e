"""The console as one ASGI application, with the public routes on the same port: ``uvicorn streamlit_app:app``."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

import services
from core import collector, logs
from core.database import engine
from core.settings import ROOT, settings
from pages.kit import edge
from pages.kit.look import current_look
from pages.public import desk, find, index
from pages.public.gate import BROWSER_HEADER, SESSION_HEADER, Gate
from pages.public.hosts import known_hosts
from pages.public.routes import ROUTES
from pages.public.watched import Watched

logs.configure()
services.load_all()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Settle the garbage collector once everything is imported; at the end store replies and close the database."""
    give_back_the_access_log()
    tinted()
    await desk.ready()
    collector.settle()
    yield
    await desk.close()
    engine().dispose()


def tinted() -> None:
    """Have the organisation's colour before the first browser comes; what each run does again may fail here."""
    try:
        current_look()
    except Exception as error:  # noqa: BLE001 - a database that is away must not keep the console from starting
        logs.fault(error)


def give_back_the_access_log() -> None:
    """Undo what Streamlit does to uvicorn's access log: whether there is one, ``--no-access-log`` says."""
    access = logging.getLogger("uvicorn.access")
    access.removeHandler(getattr(access, "streamlit_console_handler", logging.NullHandler()))
    access.setLevel(logging.INFO)


def on_script_error(error: Exception) -> bool:
    """Turn what a page did not expect into an id on the page and in the log."""
    edge.show(error)
    return True


def configured(**options: object) -> None:
    """Set Streamlit's options that depend on this installation; the environment variable does not reach all of them."""
    for name, value in options.items():
        config.set_option(name.replace("__", "."), value)


configured(
    runner__postScriptGC=False,  # 80 ms of CPU after every run otherwise
    server__allowedHosts=known_hosts(),
    server__trustedUserHeaders={SESSION_HEADER: "session", BROWSER_HEADER: "browser"},
    server__maxUploadSize=settings().upload_limit_mib,
    server__enableAgentApi=False,
)
app = st.App(
    ROOT / "pages" / "console.py",
    routes=[*ROUTES, *find.ROUTES, *index.routes()],
    middleware=[Middleware(Watched), Middleware(Gate, inline_scripts=index.inline_scripts())],
    lifespan=lifespan,
    on_script_error=on_script_error,
)
