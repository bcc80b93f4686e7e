"""Another system, for real: an HTTP server on loopback that keeps what it gets and answers as it is told."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Got"], tuple[int, Mapping[str, str], bytes]]


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class HttpSink:
    """The server: ``got`` is what came, ``answer`` what it says (``code`` if nothing else is set)."""

    port: int = 0
    code: int = 204
    answer: Answer | None = None
    got: list[Got] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """Run one."""
    sink = HttpSink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            sink.got.append(got)
            code, headers, said = sink.answer(got) if sink.answer else (sink.code, {}, b"")
            # Its own Date header is this machine's time; who answers with another one gives that instead.
            (self.send_response_only if "date" in headers else self.send_response)(code)
            for name, value in headers.items():
                self.send_header(name, value)
            if code not in {204, 304}:
                self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
