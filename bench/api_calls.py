"""The two requests of the API's bench, and a client that costs next to nothing: sockets that stay open."""

import socket
import threading
import time
import uuid

QUERY = "/api/v1/people/search?size=25"
OPERATION = "/api/v1/home/edit_notice"
BODY = '{{"title": "{name}", "text": "{name}"}}'
MARK = "the text of each request"
CLIENTS = 4


def headers_of(key: str, name: str) -> dict[str, str]:
    """Return the headers of a request; ``name`` is its Idempotency-Key."""
    quoted = f'"{name}"'
    return {"authorization": f"Bearer {key}", "content-type": "application/json", "idempotency-key": quoted}


def throughput(port: int, key: str, method: str, seconds: float) -> float:
    """Ask for so long with four clients at once; return requests a second."""
    counts: list[int] = []
    until = time.perf_counter() + seconds
    clients = [
        threading.Thread(target=lambda: counts.append(client(port, key, method, until))) for _at in range(CLIENTS)
    ]
    started = time.perf_counter()
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if len(counts) != CLIENTS:
        raise RuntimeError("a client failed")
    return sum(counts) / (time.perf_counter() - started)


def client(port: int, key: str, method: str, until: float) -> int:
    """Ask one after the other on one connection; return how often."""
    done = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            connection.sendall(request(port, key, method))
            read_answer(connection)
            done += 1
    return done


def request(port: int, key: str, method: str) -> bytes:
    """Write one request."""
    name = uuid.uuid4().hex
    body = BODY.format(name=name).encode() if method == "POST" else b""
    lines = [f"{method} {OPERATION if method == 'POST' else QUERY} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    lines += [f"{header}: {value}" for header, value in headers_of(key, name).items()]
    lines += [f"content-length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_answer(connection: socket.socket) -> None:
    """Read one answer to its end."""
    came = b""
    while b"\r\n\r\n" not in came:
        came += received(connection)
    head, _blank, body = came.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    if b" 200 " not in status:
        raise RuntimeError(f"{status!r} {body!r}")
    length = next(int(line.partition(b":")[2]) for line in lines if line.lower().startswith(b"content-length:"))
    missing = length - len(body)
    while missing > 0:
        missing -= len(received(connection))


def received(connection: socket.socket) -> bytes:
    """Return what came."""
    part = connection.recv(65_536)
    if not part:
        raise RuntimeError("the connection ended")
    return part
