"""The middleware: what comes in, by whom, and what browsers are told about what goes out."""

import hashlib
import re
import secrets
from base64 import b64encode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from services.access import hash_of
from services.access.sessions import end_session_of_cookie
from tests.consoles import console, run, said, session_id
from tests.factories import make_cast
from tests.public.conftest import session_of

BROWSER = secrets.token_urlsafe(32)
OTHER = secrets.token_urlsafe(32)
HIDDEN = [
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/openapi.json", "/_stcore/agent/interact",
    "/_stcore/agent/mcp", "/_stcore/nothing", "/_stcore", "/auth/login", "/auth/logout", "/oauth2callback",
    "/app/static/x", "/media/0123.pdf", "/component/x/y.js", "/_stcore/bidi-components/x/y.js",
    "/_stcore/upload_file/a/b", "/_stcore/%6Detrics", "/_stcore/metrics/",
]  # fmt: skip


class TestHosts:
    def test_takes_this_machines_names_only(self, running):
        with running.client() as client:
            for host in (f"127.0.0.1:{running.port}", "localhost", f"[::1]:{running.port}"):
                assert client.get("/", headers={"host": host}).status_code == 200
            for host in ("evil.example", "127.0.0.1.evil.example", "user@localhost", "localhost/x", ""):
                assert client.get("/", headers={"host": host}).status_code == 400

    def test_machines_may_ask_for_health_by_any_name(self, running):
        with running.client() as client:
            answer = client.get("/healthz", headers={"host": "10.0.0.7"})
        assert (answer.status_code, answer.json()) == (
            200, {"database": True, "migrations": True, "worker": False},
        )  # fmt: skip


class TestRoutes:
    @pytest.mark.parametrize(
        ("language", "sentence"), [("ja", "ページが見つかりません"), ("en-GB,en", "There is no such page")]
    )
    @pytest.mark.parametrize("path", ["/people-of-the-moon", "/people/of/the-moon"])
    def test_an_address_without_a_page_says_so(self, running, path, language, sentence):
        with running.client() as client:
            answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 404
        assert sentence in answer.text

    @pytest.mark.parametrize("path", HIDDEN)
    def test_what_would_leak_is_not_there(self, running, path):
        with running.client() as client:
            for method in ("GET", "POST", "PUT", "OPTIONS"):
                answer = client.request(method, path, content=b"{}", follow_redirects=True)
                assert (answer.status_code, answer.text) == (404, "Not found"), method

    def test_files_need_a_living_session(self, running, administrator):
        path = "/_stcore/upload_file/session/file"
        with running.client(session=administrator) as client:
            # 403: Streamlit itself asks for its XSRF token; the gate let it through.
            assert client.put(path, files={"file": b"x"}).status_code == 403
        with running.transaction() as tx:
            end_session_of_cookie(tx, administrator)
        with running.client(session=administrator) as client:
            assert client.put(path, files={"file": b"x"}).status_code == 404

    def test_what_the_page_needs_is_there_and_stays_in_browsers(self, running):
        with running.client() as client:
            script = re.search(r'src="\.(/static/js/[^"]+)"', client.get("/").text)[1]
            assert "immutable" in client.get(script).headers["cache-control"]
            assert client.get("/").headers["cache-control"] == "no-cache"
            assert client.get("/_stcore/health").status_code == 200
            assert client.get("/_stcore/host-config").status_code == 200

    def test_a_body_that_is_too_large_or_has_no_length_is_refused(self, running):
        with running.client() as client:
            assert client.post("/invitation", content=b"x" * 2_000_000).status_code == 413
            assert client.post("/invitation", content=iter([b"x"])).status_code == 413


class TestAnswers:
    def test_the_policy_allows_the_inline_scripts_of_the_page_and_no_others(self, running):
        with running.client() as client:
            answer = client.get("/")
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
        hashes = [f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in inline]
        assert policy["script-src"].split() == ["'self'", "'wasm-unsafe-eval'", *hashes]
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]

    @pytest.mark.parametrize("path", ["/", "/access-accounts", "/healthz", "/_stcore/metrics", "/nothing-at-all"])
    def test_every_answer_carries_the_companions(self, running, path):
        with running.client() as client:
            headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "content-security-policy" in headers

    def test_the_shell_speaks_the_readers_language_and_sets_the_pre_cookie_once(self, running):
        with running.client() as client:
            answer = client.get("/access-accounts", headers={"accept-language": "en-GB,ja;q=0.5"})
        assert '<html lang="en"' in answer.text
        assert re.fullmatch(rf"{running.cookie}-browser=[\w-]{{43}}; HttpOnly; Path=/; SameSite=Lax",
                            answer.headers["set-cookie"])  # fmt: skip
        with running.client(browser=BROWSER) as client:
            answer = client.get("/", headers={"accept-language": "ja"})
        assert '<html lang="ja"' in answer.text
        assert "set-cookie" not in answer.headers


class TestSockets:
    @pytest.mark.parametrize(
        "origin", ["http://evil.example", "http://127.0.0.1", "http://localhost:1", "https://127.0.0.1", "null"]
    )
    def test_ask_for_the_exact_origin(self, running, administrator, origin):
        with pytest.raises(InvalidStatus), running.socket(origin=origin, session=administrator):
            pass

    def test_without_origin_there_is_none(self, running, administrator):
        headers = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
                   "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
        with running.client(session=administrator) as client:
            assert client.get("/_stcore/stream", headers=headers).status_code == 403

    def test_there_is_one_path(self, running, administrator):
        with pytest.raises(InvalidStatus), running.socket(path="/access-mine/_stcore/stream", session=administrator):
            pass

    def test_an_incoming_copy_of_our_header_is_worth_nothing(self, running, administrator):
        forged = {"x-renraku-session": hash_of(administrator).hex(), "X-RENRAKU-BROWSER": "00" * 32}
        with running.socket(headers=forged, browser=OTHER) as socket:
            text = said(run(socket, "access-mine"))
        assert "ログインID" in text
        assert "マイアカウント" not in text

    def test_a_session_is_resumed_with_its_own_cookie_only(self, running, administrator):
        with running.socket(session=administrator, browser=BROWSER) as socket:
            mine = session_id(run(socket, "access-mine"))
        for thief in ({"browser": BROWSER}, {"browser": OTHER}):
            with running.socket(resume=mine, **thief) as socket:
                came = run(socket, "access-mine")
            assert session_id(came) != mine
            assert "マイアカウント" not in said(came)
        invented = secrets.token_urlsafe(32)
        with running.socket(resume=mine, session=invented, browser=BROWSER) as socket, pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)
        with running.socket(resume=mine, session=administrator, browser=BROWSER) as socket:
            assert session_id(run(socket, "access-mine")) == mine

    def test_sockets_without_a_session_are_capped_and_those_with_one_are_not(self, server, tmp_path, administrator):
        with console(server, "capped_console", str(tmp_path), RENRAKU_ANONYMOUS_SOCKETS="3") as capped:
            with capped.transaction() as tx:
                make_cast(tx)
            with capped.socket(browser=BROWSER), capped.socket(browser=BROWSER):
                with capped.socket(browser=BROWSER):
                    with pytest.raises(InvalidStatus), capped.socket(browser=BROWSER):
                        pass
                    # the administrator's cookie is one of another console
                    with capped.socket(session=administrator) as told, pytest.raises(ConnectionClosed):
                        told.recv(timeout=5)
                    with capped.socket(session=session_of(capped, "admin")):
                        pass
                with capped.socket(browser=BROWSER):
                    pass


class TestPublicName:
    def test_with_a_public_name_only_that_name_is_taken_and_cookies_are_secure(self, server, tmp_path):
        named = {"RENRAKU_PUBLIC_URL": "https://renraku.example.jp"}
        with console(server, "named_console", str(tmp_path), **named) as public, public.client() as client:
            answer = client.get("/", headers={"host": "renraku.example.jp"})
            assert answer.headers["set-cookie"].startswith("__Host-renraku-browser=")
            assert answer.headers["set-cookie"].endswith("; HttpOnly; Path=/; SameSite=Lax; Secure")
            led = client.get("/theme/dark", headers={"host": "renraku.example.jp"})
            for one in (answer, led):
                assert one.headers["strict-transport-security"]
            assert (led.status_code, "content-security-policy" in led.headers) == (303, False)
            assert client.get("/", headers={"host": "renraku.example.jp:443"}).status_code == 200
            assert client.get("/").status_code == 400
            assert client.get("/", headers={"host": "renraku.example.jp:8501"}).status_code == 400
            address = {"host": "renraku.example.jp", "browser": BROWSER}
            with public.socket(origin="https://renraku.example.jp", **address):
                pass
            for origin in ("http://renraku.example.jp", public.url):
                with pytest.raises(InvalidStatus), public.socket(origin=origin, **address):
                    pass
