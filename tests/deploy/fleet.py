"""The fleet of docs/deploy.md on loopback: its own units and its own nginx.conf, with other ports and folders."""

import datetime as dt
import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.settings import ROOT
from tests.consoles import free_port
from tests.processes import python, until

FILES = ROOT / "docs" / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONSOLES, PUBLIC = ("8501", "8502"), ("8601", "8602")
WHOLE = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
{user}
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/renraku.conf;
}}
"""


@dataclass(frozen=True)
class Fleet:
    """Two consoles, two public processes, two workers and nginx; ``ports`` are the real ones by those of the files."""

    url: str
    ports: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]
    log: Path

    def kill(self, unit: str) -> None:
        """Kill one process as a machine does that loses its power."""
        self.processes[unit].send_signal(signal.SIGKILL)
        self.processes[unit].wait(10)

    def served(self, path: str, least: int = 1) -> list[str]:
        """Return which processes answered requests for a path, in order, by the ports of the files.

        Nginx writes its log after the answer is out, so this waits for at least so many.
        """
        until(lambda: len(self._logged(path)) >= least, within=5)
        return self._logged(path)

    def _logged(self, path: str) -> list[str]:
        names = {f"127.0.0.1:{real}": named for named, real in self.ports.items()}
        lines = re.findall(r"^\S+ \S+ (\S+) \d+ (.+) [\d.]+$", self.log.read_text(), re.MULTILINE)
        return [names[upstream.split(", ")[-1]] for asked, upstream in lines if asked == path]

    def client(self, **cookies: str) -> httpx.Client:
        """Return a client that trusts the fleet's certificate."""
        return httpx.Client(base_url=self.url, verify=self.trust(), cookies=cookies, timeout=20)

    def trust(self) -> ssl.SSLContext:
        """Return what takes the fleet's certificate for good."""
        return ssl.create_default_context(cafile=self.log.parent / "fullchain.pem")


def command_of(unit: str, ports: dict[str, str]) -> list[str]:
    """Return what a unit starts, after the name of Python; ``%i`` is what stands behind the @."""
    name, _at, instance = unit.partition("@")
    text = (FILES / f"{name}{'@' if instance else ''}.service").read_text()
    (line,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
    program, *arguments = shlex.split(line.replace("%i", ports.get(instance, instance)))
    assert program == "/opt/renraku/.venv/bin/python"
    return arguments


@contextmanager
def fleet(folder: Path, database_url: str) -> Iterator[Fleet]:
    """Start everything; it is gone at the end."""
    ports = {named: str(free_port()) for named in (*CONSOLES, *PUBLIC, "80", "443")}
    url = f"https://localhost:{ports['443']}"
    environment = {"DATABASE_URL": database_url, "RENRAKU_PUBLIC_URL": url, "RENRAKU_HOME": str(folder / "home")}
    units = [*(f"renraku-console@{one}" for one in CONSOLES), *(f"renraku-public@{one}" for one in PUBLIC),
             "renraku-worker@1", "renraku-worker@2"]  # fmt: skip
    with ExitStack() as running:
        started = {unit: running.enter_context(python(*command_of(unit, ports), **environment)) for unit in units}
        front = running.enter_context(nginx(folder, ports))
        made = Fleet(url, ports, started, folder / "renraku.log")
        until(lambda: front.poll() is not None or all(ready(ports[one]) for one in (*CONSOLES, *PUBLIC)), within=200)
        assert front.poll() is None, (folder / "error.log").read_text()
        yield made


def ready(port: str) -> bool:
    """Say whether a process may be sent requests."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def nginx(folder: Path, ports: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run nginx with the file of the project."""
    certificate(folder)
    (folder / "renraku.conf").write_text(configured((FILES / "nginx.conf").read_text(), folder, ports))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder, user=user))
    program = [NGINX, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(program) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


def configured(text: str, folder: Path, ports: dict[str, str]) -> str:
    """Return the file with our ports, folders and name; what is not found in it is no longer what it says."""
    changes = {
        "server_name renraku.example.jp;": "server_name localhost;",
        "listen 80;": f"listen 127.0.0.1:{ports['80']};",
        "listen 443 ssl;": f"listen 127.0.0.1:{ports['443']} ssl;",
        "/etc/ssl/renraku": str(folder),
        "/var/log/nginx": str(folder),
        **{f"127.0.0.1:{one} max_fails": f"127.0.0.1:{ports[one]} max_fails" for one in (*CONSOLES, *PUBLIC)},
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def certificate(folder: Path) -> None:
    """Make a certificate for ``localhost`` that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
