"""Large files of imports (pages/public/imports.py): whose, how large, never whole in memory, nothing half-done."""

import asyncio
import re
import secrets
import tracemalloc
from collections.abc import AsyncIterator
from http.client import HTTPConnection
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bench.people_file import people_csv
from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from core.jobs import run_waiting_jobs
from core.postgres import APP, EmbeddedPostgres
from core.settings import settings
from data.models.people import ImportState, PeopleImport, PeopleImportPart
from pages.kit.menu import PAGES
from pages.public import imports
from pages.public.gate import SESSION_HEADER
from pages.public.uploads import LARGE, MIB
from services.access import WhichAccount, actor_of_session, hash_of, look_as, sign_out_all, start_session
from services.people import map_import, show_import
from services.people.imports import file
from services.people.imports.queries import ImportAsk
from services.people.imports.upload import Mapping
from tests.conftest import clone
from tests.consoles import Console, answers, free_port
from tests.factories import account_of, make_cast
from tests.processes import python, until
from tests.public.conftest import session_of

SYSTEM = Actor.system("test")
GOOD = "社員番号,姓,名\r\nN1,髙橋,①郎\r\nN2,山田,二郎\r\n"
HERE = "http://testserver"


@pytest.fixture
def stage(live):
    """The fixed cast in the test's own database."""
    with transaction(SYSTEM) as tx:
        return make_cast(tx)


class Sending:
    """One request to the route; ``read`` counts the parts of its body that were asked for."""

    def __init__(self) -> None:
        self.read = 0
        self.between = lambda: None

    async def parts(self, *parts: bytes) -> AsyncIterator[bytes]:
        """Give the body away, a part at a time."""
        for part in parts:
            self.read += 1
            yield part
            self.between()

    def send(self, *parts: bytes, person=None, token="", address=f"{LARGE}?kind=people", **headers: str):
        """Send as somebody; header names with underscores."""
        if person is not None:
            with transaction(SYSTEM) as tx:
                token = start_session(tx, account_of(tx, person).id)
        sent = {"origin": HERE, imports.NAME_HEADER: quote("名簿.csv"), SESSION_HEADER: hash_of(token).hex()}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}

        async def asked():
            transport = httpx.ASGITransport(Starlette(routes=imports.ROUTES))
            async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
                return await client.post(address, content=self.parts(*parts), headers=sent)

        return asyncio.run(asked())


@pytest.fixture
def sending(stage):
    return Sending()


def kept():
    """Return what is there of imports: rows, parts, files on the disk, places taken."""
    with transaction(SYSTEM) as tx:
        counts = [tx.scalar(select(func.count()).select_from(model)) for model in (PeopleImport, PeopleImportPart)]
    return *counts, [one for one in settings().home.iterdir() if one.suffix != ".key"], imports.coming.count


NOTHING: tuple[object, ...] = (0, 0, [], 0)


class TestRefused:
    """Who and what is refused, before any of the file is read."""

    def test_strangers_other_roles_and_other_sites(self, sending, stage):
        for person, headers, said in (
            (None, {}, "もう一度ログイン"),
            (stage.manager, {}, "権限がありません"),
            (stage.staff, {}, "権限がありません"),
            (stage.administrator, {"origin": "http://evil.example"}, "画面からの送信ではありません"),
            (stage.administrator, {"origin": "null"}, "画面からの送信ではありません"),
        ):
            answer = sending.send(GOOD.encode(), person=person, accept_language="ja", **headers)
            assert (answer.status_code, said in answer.json()["said"]) == (403, True), (person, headers, answer.text)
        assert (sending.read, kept()) == (0, NOTHING)

    def test_who_only_looks_as_somebody(self, sending, stage):
        with transaction(SYSTEM) as tx:
            token = start_session(tx, account_of(tx, stage.administrator).id)
            actor, target = actor_of_session(tx, hash_of(token)), account_of(tx, stage.manager).id
        with transaction(actor) as tx:
            look_as(tx, WhichAccount(id=target))
        assert sending.send(GOOD.encode(), token=token).status_code == 422
        assert sending.read == 0

    def test_more_at_once_than_there_is_room_for(self, sending, stage, monkeypatch):
        monkeypatch.setattr(imports.coming, "count", imports.MOST)
        answer = sending.send(GOOD.encode(), person=stage.administrator)
        assert (answer.status_code, sending.read) == (503, 0)

    def test_over_the_limit_by_its_length_or_as_soon_as_it_shows(self, sending, stage, monkeypatch):
        monkeypatch.setattr(settings(), "upload_mib", 1)
        answer = sending.send(GOOD.encode(), person=stage.administrator, content_length=str(MIB + 1))
        assert (answer.status_code, sending.read) == (413, 0)
        assert answer.json()["said"] == "このファイルは1MBを超えています。分割するか、小さいファイルを選んでください。"
        answer = sending.send(*[b"x" * 2**18] * 100, person=stage.administrator)
        assert (answer.status_code, sending.read, kept()) == (413, 5, NOTHING)


class TestTaken:
    """What becomes of a file that is taken."""

    @pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-16"])
    def test_workers_read_it_from_its_parts(self, sending, stage, monkeypatch, encoding):
        monkeypatch.setattr(file, "PIECE", 7)  # letters, line ends and marks are cut in two
        answer = sending.send(*[bytes([one]) for one in GOOD.encode(encoding)], person=stage.administrator)
        assert answer.status_code == 200, answer.text
        page, _query, number = answer.json()["address"].partition("?id=")
        assert page in {f"/{entry.url}" for entry in PAGES if entry.path == "people/imports.py"}
        with transaction(SYSTEM) as tx:
            found = tx.execute(select(PeopleImport)).scalar_one()
            assert (found.id, found.filename, found.encoding) == (int(number), "名簿.csv", encoding)
            assert found.account_id == account_of(tx, stage.administrator).id
            found.account_id = None
            parts = tx.execute(select(PeopleImportPart.content).order_by(PeopleImportPart.number)).scalars().all()
            assert (max(map(len, parts)), b"".join(parts)) == (7, GOOD.encode(encoding))
        with transaction(SYSTEM) as tx:
            map_import(
                tx, Mapping(id=int(number), mapping={"code": "社員番号", "family_name": "姓", "given_name": "名"})
            )
        run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            detail = show_import(tx, ImportAsk(id=int(number)))
        assert (detail.state, detail.counts["add"], detail.sample[0]["姓"]) == (ImportState.CHECKED, 2, "髙橋")
        assert kept()[2:] == ([], 0)

    def test_what_is_no_csv_leaves_nothing(self, sending, stage):
        answer = sending.send(b"PK\x03\x04" + bytes(100), person=stage.administrator)
        assert (answer.status_code, "Excel" in answer.json()["said"], kept()) == (422, True, NOTHING)
        answer = sending.send(GOOD.encode(), person=stage.administrator, address=f"{LARGE}?kind=shoes")
        assert (answer.status_code, kept()) == (422, NOTHING)

    def test_a_session_that_ends_meanwhile_leaves_nothing(self, sending, stage):
        with transaction(SYSTEM) as tx:
            token = start_session(tx, account_of(tx, stage.administrator).id)
            actor = actor_of_session(tx, hash_of(token))

        def out():
            with transaction(actor) as tx:
                sign_out_all(tx, Nothing())

        sending.between = out
        answer = sending.send(GOOD.encode(), token=token)
        assert (answer.status_code, kept()) == (403, NOTHING)

    def test_a_connection_that_stands_still_is_given_up(self, sending, stage, monkeypatch):
        monkeypatch.setattr(imports, "SILENT_SECONDS", 0.05)

        async def silence(*_parts):
            yield GOOD.encode()
            await asyncio.sleep(5)
            yield b""

        monkeypatch.setattr(sending, "parts", silence)
        answer = sending.send(person=stage.administrator)
        assert (answer.status_code, kept()) == (408, NOTHING)

    def test_it_is_never_whole_in_memory(self, sending, stage):
        line = ("x" * 60_000).encode()
        parts = [b"code,name\r\n", *[b"%d," % one + line + b"\r\n" for one in range(400)]]
        tracemalloc.start()
        try:
            answer = sending.send(*(part for part in parts), person=stage.administrator)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        size = sum(map(len, parts))
        assert (answer.status_code, size > 22 * MIB) == (200, True), answer.text
        assert peak < size / 2, f"{peak / MIB:.1f} MiB for a file of {size / MIB:.1f}"


class TestRealConsole:
    """Over HTTP, with the gate in front."""

    def test_the_form_and_a_file(self, running, administrator):
        with running.client(session=administrator) as client:
            form = client.get(LARGE)
            assert (form.status_code, 'id="chosen"' in form.text) == (200, True)
            assert "script-src 'self'" in form.headers["content-security-policy"]
            content = people_csv(20_000)
            assert len(content) > MIB, "more than a form may have"
            answer = client.post(f"{LARGE}?kind=people", content=content, headers={"origin": running.url})
            assert answer.status_code == 200, answer.text
            answer = client.post(f"{LARGE}?kind=people", content=content, headers={"origin": "http://evil.example"})
            assert answer.status_code == 403
        with running.client() as client:
            assert client.get(LARGE).status_code == 403
        with running.client(session=session_of(running, "manager")) as client:
            assert client.get(LARGE).status_code == 403
        with running.transaction() as tx:
            assert tx.scalar(select(PeopleImport.counts)) == {"rows": 20_000}

    def test_too_large_a_length_and_a_connection_that_breaks(self, running, administrator):
        with running.transaction() as tx:
            before = tx.scalar(select(func.count()).select_from(PeopleImport))
        for length, sent in ((2**40, b""), (100 * MIB, b"x" * MIB)):
            connection = HTTPConnection("127.0.0.1", running.port, timeout=10)
            connection.putrequest("POST", f"{LARGE}?kind=people")
            headers = {"cookie": running.cookies(session=administrator), "origin": running.url}
            for name, value in {**headers, "content-length": length}.items():
                connection.putheader(name, str(value))
            connection.endheaders(sent)
            if not sent:
                answer = connection.getresponse()  # before anything was sent
                assert (answer.status, "256MB" in answer.read().decode()) == (413, True)
            connection.close()
        with running.client(session=administrator) as client:  # all places are free
            until(lambda: client.post(f"{LARGE}?kind=people", headers={"origin": running.url}).status_code == 422)
        with running.transaction() as tx:
            assert tx.scalar(select(func.count()).select_from(PeopleImport)) == before


@pytest.mark.long
@pytest.mark.timeout(300)
def test_two_hundred_mebibytes_take_little_memory(server: EmbeddedPostgres, tmp_path: Path) -> None:
    port, url = free_port(), server.url(APP, clone(server, f"large_{secrets.token_hex(4)}"))
    console = Console(f"http://127.0.0.1:{port}", port, url)
    with console.transaction() as tx:
        make_cast(tx)
    environment = {"DATABASE_URL": url, "RENRAKU_PORT": str(port), "RENRAKU_HOME": str(tmp_path)}
    serve = ("-m", "uvicorn", "pages.public.app:app", "--port", str(port), "--log-level", "warning")
    with python(*serve, **environment) as process:
        until(lambda: answers(console), within=60)

        def peak() -> int:
            status = Path(f"/proc/{process.pid}/status").read_text()
            return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024

        with console.client(session=session_of(console, "admin")) as client:
            send = {"headers": {"origin": console.url}, "timeout": 120}
            assert client.post(f"{LARGE}?kind=people", content=GOOD.encode(), **send).status_code == 200
            before = peak()
            many = (b"".join(b"%d%03d,%s,x\r\n" % (at, one, b"y" * 1_000) for one in range(1_000)) for at in range(200))
            answer = client.post(f"{LARGE}?kind=people", content=chain([b"code,name,more\r\n"], many), **send)
        assert answer.status_code == 200, answer.text
        assert peak() - before < 64, f"{before} MiB, then {peak()} MiB"
    with console.transaction() as tx:
        assert tx.scalar(select(func.sum(func.length(PeopleImportPart.content)))) > 190 * MIB
