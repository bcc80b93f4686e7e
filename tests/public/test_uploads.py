"""Files on their way in (pages/public/uploads.py): too large ones are refused before they are in memory."""

import asyncio
from http.client import HTTPConnection

import httpx
import pytest

from core.settings import settings
from pages.public import uploads

LIMIT = 1


@pytest.fixture(autouse=True)
def one_mebibyte(monkeypatch):
    monkeypatch.setattr(settings(), "upload_limit_mib", LIMIT)


class Kept:
    """An application that takes in whatever comes, as Streamlit does before it looks."""

    def __init__(self) -> None:
        self.came = 0
        self.calls = 0

    async def __call__(self, scope, receive, send):
        self.calls += 1
        while (message := await receive())["type"] == "http.request":
            self.came += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def put(app, content, **headers):
    async def asked():
        async def guarded(scope, receive, send):
            await uploads.take(app, scope, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url="http://here") as client:
            return await client.put("/_stcore/upload_file/a/b", content=content, headers=headers)

    return asyncio.run(asked())


async def parts(count):
    for _part in range(count):
        yield b"x" * 65_536


class TestTake:
    def test_what_fits_goes_through_as_it_is(self):
        app = Kept()
        assert put(app, b"x" * 1_000_000).status_code == 204
        assert app.came == 1_000_000

    def test_a_length_that_is_too_large_is_answered_before_anything_is_read(self):
        app = Kept()
        answer = put(app, b"x" * 3_000_000)
        assert (answer.status_code, app.calls) == (413, 0)
        assert answer.text == "このファイルは1MBを超えています。分割するか、小さいファイルを選んでください。"

    @pytest.mark.parametrize("length", [{}, {"content-length": "12"}])
    def test_without_a_length_or_with_a_false_one_it_is_cut_off_at_the_limit(self, length):
        app = Kept()
        answer = put(app, parts(100), **length, **{"accept-language": "en-GB"})
        assert (answer.status_code, answer.text[:24]) == (413, "This file is larger than")
        assert app.came <= LIMIT * uploads.MIB + uploads.AROUND


def test_the_gate_asks_for_the_length_of_what_a_session_sends(running, administrator):
    connection = HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.putrequest("PUT", "/_stcore/upload_file/session/file")
    for name, value in {"cookie": running.cookies(session=administrator), "content-length": 60 * uploads.MIB}.items():
        connection.putheader(name, str(value))
    connection.endheaders()  # the answer comes before the file
    answer = connection.getresponse()
    assert (answer.status, answer.read().decode()[:11]) == (413, "このファイルは50MB")
    connection.close()
