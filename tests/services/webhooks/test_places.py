"""Where may be sent to: looked at when an address is entered, and again where the connection is made (SSRF)."""

import socket
from ipaddress import ip_address

import pytest

from core.inputs import WrongValue
from services.webhooks.places import NOT_PUBLIC, check_url, is_allowed
from services.webhooks.post import LARGEST_ANSWER, WHOLE_SECONDS, WORDS, Line

PRIVATE = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "fec0::1", "::7f00:1", "64:ff9b:1::7f00:1", "5f00::1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
)  # fmt: skip
REFUSED = (
    "http://example.jp/hook", "ftp://example.jp", "https://", "hook", "https://user:word@example.jp/", "javascript:x",
    "https://example.jp/#part", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3:8080/", "http://127.0.0.1/",
    "file:///etc/passwd", "https://exa mple.jp/",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_only_the_server_reaches_is_not_sent_to(address):
    assert not is_allowed(ip_address(address), plain=False)


@pytest.mark.parametrize("address", ["203.0.114.1", "8.8.8.8", "2400:4050::1", "::ffff:8.8.8.8"])
def test_the_public_network_is_sent_to_with_encryption_only(address):
    assert is_allowed(ip_address(address), plain=False)
    assert not is_allowed(ip_address(address), plain=True)


@pytest.mark.parametrize("url", REFUSED)
def test_such_an_address_cannot_be_entered(url):
    with pytest.raises(WrongValue):
        check_url(url)


def test_allowed_networks_take_http_too_and_nothing_around_them(loopback):
    assert check_url("http://127.0.0.1:8080/hook")
    assert check_url("https://example.jp/hook")
    with pytest.raises(WrongValue):
        check_url("http://10.0.0.1/")
    assert not is_allowed(ip_address("8.8.8.8"), plain=True)


class TestLine:
    """One attempt over a real connection."""

    def test_a_name_that_leads_inside_gets_no_connection(self, sink, monkeypatch):
        asked = []

        def lookup(host, port, **_more):
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        with Line(f"https://rebound.example.jp:{sink.port}/") as line:
            outcome = line.post(b"{}", {})
        assert (outcome.code, outcome.word, asked) == (None, NOT_PUBLIC, ["rebound.example.jp"])
        assert sink.got == []

    @pytest.mark.parametrize(
        ("code", "word"), [(200, None), (204, None), (302, "redirect"), (400, "refused"), (500, "refused")]
    )
    def test_the_code_decides(self, loopback, sink, code, word):
        sink.answer = lambda _got: (code, {"location": f"{sink.url}/other"} if code == 302 else {}, b"x")
        with Line(sink.url) as line:
            outcome = line.post(b"{}", {"webhook-id": "msg_1"})
        assert (outcome.code, outcome.word) == (code, word and WORDS[word])
        assert [got.path for got in sink.got] == ["/hook"], "a redirect is not followed"
        assert sink.got[0].headers["webhook-id"] == "msg_1"

    def test_nobody_there_is_said_so(self, loopback):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with Line(f"http://127.0.0.1:{port}/") as line:
            outcome = line.post(b"{}", {})
        assert (outcome.word, outcome.down) == (WORDS["connect"], True)

    def test_who_answers_a_letter_at_a_time_is_given_up(self, loopback, monkeypatch):
        monkeypatch.setattr("services.webhooks.post.WHOLE_SECONDS", 0.5)
        with dripping() as port, Line(f"http://127.0.0.1:{port}/") as line:
            outcome = line.post(b"{}", {})
        assert outcome.word == WORDS["slow"]
        assert outcome.milliseconds < WHOLE_SECONDS * 1000 / 2

    def test_a_large_answer_is_not_read_to_its_end(self, loopback, sink):
        read = []
        monkeyed = b"x" * (LARGEST_ANSWER * 8)
        sink.answer = lambda _got: (200, {}, monkeyed)
        with Line(sink.url) as line:
            kept = line._guarded._inner.connect_tcp
            line._guarded._inner.connect_tcp = lambda *a, **k: counting(kept(*a, **k), read)
            assert line.post(b"{}", {}).word is None
        assert LARGEST_ANSWER <= sum(read) < 2 * LARGEST_ANSWER + 2**17


def counting(stream, read):
    """Count what is read from a stream."""
    original = stream.read

    def counted(size, timeout=None):
        part = original(size, timeout)
        read.append(len(part))
        return part

    stream.read = counted
    return stream


class dripping:  # noqa: N801 - used as a context
    """A server that sends its head a letter every tenth of a second."""

    def __enter__(self):
        import threading  # noqa: PLC0415

        self.over = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self.socket.getsockname()[1]

    def run(self):
        """Answer one."""
        one, _address = self.socket.accept()
        with one:
            for letter in b"HTTP/1.1 200 OK\r\nx-slow: " + b"y" * 500:
                if self.over.wait(0.1):
                    return
                try:
                    one.send(bytes([letter]))
                except OSError:
                    return

    def __exit__(self, *_):
        self.over.set()
        self.socket.close()
        self.thread.join(5)
