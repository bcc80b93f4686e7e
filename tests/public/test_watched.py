"""What machines see of the console: readiness, numbers, and a log in which a request is found again."""

import json
import secrets

import pytest

from tests.conftest import drop
from tests.consoles import console, run
from tests.factories import make_cast
from tests.public.conftest import session_of

TOKEN = "a token of sixteen letters"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def watched(server, tmp_path_factory):
    """A console with the fixed cast that shows its numbers to whoever has TOKEN."""
    home = str(tmp_path_factory.mktemp("home"))
    with console(server, f"watched_{secrets.token_hex(4)}", home, RENRAKU_METRICS_TOKEN=TOKEN) as started:
        with started.transaction() as tx:
            make_cast(tx)
        yield started


def value(text, name):
    """Return the number behind a name in Prometheus' writing; 0 where it does not stand."""
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(f"{name} ")), 0.0)


class TestMetrics:
    def test_there_is_no_such_page_without_the_token(self, watched, running):
        with watched.client() as client:
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
                assert client.get("/metrics", headers=headers).status_code == 404
        with running.client() as client:  # where none is set
            for headers in ({}, BEARER, {"authorization": "Bearer None"}):
                assert client.get("/metrics", headers=headers).status_code == 404

    def test_counts_what_was_asked_and_who_is_connected(self, watched):
        with watched.client() as client, watched.socket(session=session_of(watched, "admin")) as socket:
            before = client.get("/metrics", headers=BEARER).text
            run(socket, "people-list")
            after = client.get("/metrics", headers=BEARER | {"host": "10.0.0.7"}).text
        asked = 'renraku_process_seconds_count{outcome="done",process="people.search"}'
        assert value(after, asked) == value(before, asked) + 1
        assert value(after, "renraku_sockets") == 1
        assert value(after, "renraku_database_up") == 1
        assert value(after, 'renraku_installation{what="sessions"}') >= 1
        assert value(after, 'renraku_installation{what="worker_alive"}') == 0

    def test_addresses_are_no_series_of_their_own(self, watched):
        with watched.client() as client:
            for number in range(20):
                client.get(f"/r/{number}{'0' * 30}")
                client.get(f"/nothing-{number}")
            text = client.get("/metrics", headers=BEARER).text
        assert text.count("renraku_request_seconds_count") < 20
        assert "0" * 30 not in text


def test_readiness_follows_the_database_and_a_fault_is_found_by_the_id_of_its_answer(server, tmp_path):
    name = f"ready_{secrets.token_hex(4)}"
    settings = {"RENRAKU_METRICS_TOKEN": TOKEN, "RENRAKU_LOG_JSON": "1"}
    with (
        (tmp_path / "log").open("w") as log,
        console(server, name, str(tmp_path), log=log, **settings) as started,
        started.client() as client,
    ):
        assert client.get("/readyz", headers={"host": "10.0.0.7"}).json() == {"ready": True}
        drop(server, name)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False})
        text = client.get("/metrics", headers=BEARER).text
    assert (value(text, "renraku_database_up"), value(text, "renraku_faults_total") > 0) == (0, True)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    (fault,) = [line for line in lines if line.get("request") == answer.headers["x-request-id"]]
    assert (fault["event"], fault["level"], len(fault["fault_id"])) == ("fault", "error", 8)
