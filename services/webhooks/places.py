"""Where may be sent to (送信先の制限): the public network, and what the installation allows besides.

Else whoever may enter an address could have the server ask machines that only the server reaches. The address is
looked at where the connection is made, after its name was resolved: a name that changes meanwhile gets nowhere.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore
import httpx

from core.i18n import N_
from core.inputs import WrongValue
from core.settings import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NAT64 = ip_network("64:ff9b::/96")
PUBLIC_V6 = ip_network("2000::/3")
"""What is given out to the public; outside lie ways inwards that Python calls global, such as ``fec0::`` of old."""

LONGEST = 2_000
NOT_PUBLIC = N_("This address lies inside a private network. Webhooks go to public addresses only.")
NO_ADDRESS = N_("This is no address that can be sent to. It looks like https://example.jp/hook.")
HTTPS_ONLY = N_("Enter an address that begins with https://.")


class Forbidden(Exception):
    """The name leads to an address that must not be sent to."""


def allowed_networks() -> list[Network]:
    """Return what the installation allows besides the public network, for instance ``10.1.0.0/16``."""
    return [ip_network(one.strip()) for one in settings().webhook_networks.split(",") if one.strip()]


def check_url(url: str) -> str:
    """Return an address that may be stored; names are looked up when something is sent.

    Raises:
        WrongValue: when it is none, is not https outside the allowed networks, or names a private address.
    """
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise WrongValue(NO_ADDRESS) from error
    blank = any(letter.isspace() or not letter.isprintable() for letter in url)
    if blank or parts.scheme not in {"http", "https"} or not parts.host or parts.userinfo or parts.fragment:
        raise WrongValue(NO_ADDRESS)
    if parts.scheme == "http" and not allowed_networks():
        raise WrongValue(HTTPS_ONLY)
    literal = _literal(parts.host)
    if literal is not None and not is_allowed(literal, plain=parts.scheme == "http"):
        raise WrongValue(NOT_PUBLIC)
    return url


def is_allowed(address: Address, *, plain: bool) -> bool:
    """Say whether may be sent to; ``plain``: without encryption, which only allowed networks get."""
    inner = _carried(address)
    if any(inner in network for network in allowed_networks()):
        return True
    if plain or not inner.is_global or inner.is_multicast:
        return False
    return isinstance(inner, IPv4Address) or inner in PUBLIC_V6


def _carried(address: Address) -> Address:
    # Ways to write an IPv4 address as an IPv6 one: what counts is where it leads.
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class Guarded(httpcore.NetworkBackend):
    """Connects to what may be sent to, and ends at ``ends`` (of the monotonic clock) whatever the other side does."""

    def __init__(self, *, plain: bool) -> None:
        """Begin; ``plain``: connections are not encrypted."""
        self.ends = time.monotonic()
        self._plain = plain
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, look at every address, and connect to one of exactly these.

        Raises:
            Forbidden: when one of them must not be sent to.
        """
        try:
            found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if not all(self.allows(ip_address(str(one).partition("%")[0])) for one in found):
            raise Forbidden
        for last, one in enumerate(found, start=1 - len(found)):
            try:
                stream = self._inner.connect_tcp(
                    str(one), port, self.left(timeout), local_address, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == 0:
                    raise
            else:
                return _Timed(stream, self)
        raise httpcore.ConnectError("no address")

    def allows(self, address: Address) -> bool:
        """Say whether may be connected to; others than webhooks may go elsewhere."""
        return is_allowed(address, plain=self._plain)

    def left(self, timeout: float | None) -> float:
        """Return how long one step may still take, in seconds."""
        left = max(self.ends - time.monotonic(), 0.001)
        return left if timeout is None else min(timeout, left)


class _Timed(httpcore.NetworkStream):
    """A connection each of whose steps ends when the whole has to."""

    def __init__(self, inner: httpcore.NetworkStream, guarded: Guarded) -> None:
        self._inner = inner
        self._guarded = guarded

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._guarded.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._guarded.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, self._guarded.left(timeout)), self._guarded)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
