"""The public routes alone, without Streamlit: ``uvicorn pages.public.app:app`` on as many machines as wanted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

import services
from core import collector, logs
from pages.public import desk
from pages.public.gate import Gate
from pages.public.routes import ROUTES
from pages.public.watched import Watched

logs.configure()
services.load_all()


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Open the desk and settle the garbage collector; at the end store the replies that were taken."""
    await desk.ready()
    collector.settle()
    yield
    await desk.close()


app = Starlette(routes=ROUTES, middleware=[Middleware(Watched), Middleware(Gate)], lifespan=lifespan)
