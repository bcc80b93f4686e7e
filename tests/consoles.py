"""A real console for tests: uvicorn on loopback with a database of its own, and a client of Streamlit's websocket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import create_connection, socket
from typing import IO, Any

import httpx
from sqlalchemy.orm import Session
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from core.actor import Actor
from core.database import engine_for
from core.postgres import APP, EmbeddedPostgres
from core.transaction import Transaction
from tests.conftest import clone
from tests.processes import python, until

LIMIT = 2**26


@dataclass(frozen=True)
class Console:
    """A running console: where it is reached, and its database."""

    url: str
    port: int
    database_url: str

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction of the system on the console's database."""
        engine = engine_for(self.database_url, pool_size=1)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield Transaction(session, Actor.system("test"))
        engine.dispose()

    @property
    def cookie(self) -> str:
        """Return the name of the session cookie."""
        return f"renraku-{self.port}"

    def client(self, **cookies: str) -> httpx.Client:
        """Return a browser-like client; ``session`` and ``browser`` are our two cookies."""
        return httpx.Client(base_url=self.url, headers={"cookie": self.cookies(**cookies)} if cookies else {})

    def cookies(self, session: str = "", browser: str = "") -> str:
        """Write a Cookie header."""
        named = {self.cookie: session, f"{self.cookie}-browser": browser}
        return "; ".join(f"{name}={value}" for name, value in named.items() if value)

    def socket(
        self,
        *,
        origin: str | None = None,
        resume: str = "",
        headers: dict[str, str] | None = None,
        path: str = "/_stcore/stream",
        host: str = "",
        **cookies: str,
    ) -> ClientConnection:
        """Open Streamlit's websocket as its frontend does; ``resume`` is the id of a session to go on with."""
        sent = {"cookie": self.cookies(**cookies), **(headers or {})} if cookies or headers else {}
        protocols: Any = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", *([resume] if resume else [])]
        return connect(
            f"ws://{host or f'127.0.0.1:{self.port}'}{path}", sock=create_connection(("127.0.0.1", self.port)),
            origin=origin or self.url, subprotocols=protocols, additional_headers=sent, max_size=LIMIT, open_timeout=10,  # type: ignore[arg-type]
        )  # fmt: skip


@contextmanager
def console(
    server: EmbeddedPostgres, name: str, home: str, *options: str, log: IO[str] | None = None, **environment: str
) -> Iterator[Console]:
    """Start a console on a clone of the template, in a process of its own; it is gone at the end."""
    url = server.url(APP, clone(server, name))
    port = free_port()
    started = Console(f"http://127.0.0.1:{port}", port, url)
    environment = {"DATABASE_URL": url, "RENRAKU_PORT": str(port), "RENRAKU_HOME": home, **environment}
    options = options or ("--no-access-log",)
    server_program = ("-m", "uvicorn", "streamlit_app:app", "--port", str(port), "--log-level", "warning", *options)
    with python(*server_program, log=log, **environment) as process:
        until(lambda: process.poll() is not None or answers(started), within=60)
        assert process.poll() is None, "the console did not start"
        yield started


def answers(started: Console) -> bool:
    """Say whether the console answers yet."""
    try:
        return httpx.get(f"{started.url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(connection: ClientConnection, page: str = "", query: str = "") -> list[ForwardMsg]:
    """Run the script once, as for the address ``/page?query``, and return everything that came back."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = query
    connection.send(message.SerializeToString())
    came: list[ForwardMsg] = []
    while not came or came[-1].WhichOneof("type") != "script_finished":
        answer = ForwardMsg()
        answer.ParseFromString(connection.recv(timeout=30))  # type: ignore[arg-type]
        came.append(answer)
    return came


def session_id(came: list[ForwardMsg]) -> str:
    """Return the id that Streamlit gave to the session."""
    return next(m.new_session.initialize.session_id for m in came if m.WhichOneof("type") == "new_session")


def said(came: list[ForwardMsg]) -> str:
    """Return everything that came back as text, to look for what must or must not be in it."""
    return "\n".join(message.SerializeToString().decode(errors="replace") for message in came)
