"""What bench-broadcast measures against: a sink that counts whom a mail was for, however the commands come."""

import socket
import time

import pytest

from bench import sink
from bench.broadcast import floor_of, sinking


@pytest.fixture
def quick():
    with sinking(0) as running:
        yield running


def talk(running, sent):
    """Send bytes as they are and return what came back until the line is closed."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as line:
        line.sendall(sent)
        came = b""
        while more := line.recv(65_536):
            came += more
        return came


def mail(number):
    """Return the commands and the text of one mail."""
    return f"MAIL FROM:<a@b>\r\nRCPT TO:<p{number}@example.jp>\r\nDATA\r\n.text..\r\n.\r\n".encode()


def test_mails_are_counted_by_person_though_all_commands_come_at_once(quick):
    before = time.time()
    came = talk(quick, b"EHLO here\r\n" + mail(7) + mail(8) + mail(7) + b"QUIT\r\n")
    assert [line[:3] for line in came.split(b"\r\n")[-14:]] == [*[b"250", b"250", b"354", b"250"] * 3, b"221", b""]
    counted = sink.ask(quick.asked)
    assert (counted.mails, counted.people) == (3, 2)
    assert before <= counted.first <= counted.last <= time.time()
    assert sink.ask(quick.asked, "forget").mails == 0


def test_the_floor_sends_to_everybody_once(quick):
    assert floor_of(quick, 200) > 0
    counted = sink.ask(quick.asked)
    assert (counted.mails, counted.people) == (200, 200)


def test_answers_of_a_slow_sink_come_late():
    with sinking(100) as slow:
        begun = time.monotonic()
        talk(slow, b"EHLO here\r\nQUIT\r\n")
        assert time.monotonic() - begun >= 0.1
