"""The OpenAPI description: complete, in both languages, and true: schemathesis asks the real console along it."""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from core.postgres import EmbeddedPostgres
from pages.public.api.open import method_of, open_processes
from services.access import NewKey, make_key
from tests.consoles import Console, console
from tests.factories import account_of, actor_of, make_cast

EXAMPLES = 5
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


class TestDescription:
    """What it says, without asking anything."""

    def test_is_open_to_all_and_is_3_1(self, client):
        answer = client.get("/api/v1/openapi.json")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json()["openapi"].startswith("3.1.")
        assert client.post("/api/v1/openapi.json").status_code == 405

    def test_has_every_open_process_and_nothing_else(self, client):
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        wanted = {
            f"/api/v1/{name.replace('.', '/')}": [method_of(one).lower()] for name, one in open_processes().items()
        }
        assert {path: list(calls) for path, calls in paths.items()} == wanted

    def test_speaks_both_languages(self, client):
        said = [
            client.get("/api/v1/openapi.json", headers={"accept-language": code}).json()["paths"][
                "/api/v1/people/search"
            ]
            for code in ("ja", "en")
        ]
        assert [one["get"]["summary"] for one in said] == ["利用者を探す", "Find people"]
        assert [one["get"]["parameters"][4]["schema"]["title"] for one in said] == [
            "氏名・かな・番号",
            "Name, kana or code",
        ]

    def test_tells_nothing_of_forms(self, client):
        text = client.get("/api/v1/openapi.json").text
        assert not any(f'"{mark}":' in text for mark in ("masked", "hidden", "personal", "multiline"))

    def test_every_schema_is_one_and_every_reference_leads_somewhere(self, client):
        document = client.get("/api/v1/openapi.json").json()
        names = set(document["components"]["schemas"])
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)
        assert {one.rpartition("/")[2] for one in references(document)} - names == {
            "Problem",
            "RateLimit",
            "RateLimit-Policy",
        } - names


def references(part: Any) -> Iterator[str]:
    """Walk through a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def nearer(sent: Any, name: str = "") -> Any:
    """Return what is sent with numbers that may stand for something: any number would find nothing nearly always."""
    if isinstance(sent, dict):
        return {name: nearer(value, name) for name, value in sent.items()}
    if isinstance(sent, list):
        return [nearer(value, name) for value in sent]
    is_number = isinstance(sent, int) and not isinstance(sent, bool) and name.rstrip("s").endswith("id")
    return sent % 7 + 1 if is_number else sent


@dataclass
class Asking:
    """A real console, its description as schemathesis reads it, a key that may do everything, and what came back."""

    console: Console
    schema: Any
    session: requests.Session
    came: Counter = field(default_factory=Counter)


@pytest.fixture(scope="module")
def asking(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Start the console on a clone with the fixed cast."""
    home = str(tmp_path_factory.mktemp("home"))
    name = f"api_{secrets.token_hex(4)}"
    with console(server, name, home, RENRAKU_API_REQUESTS_PER_MINUTE="1000000") as started:
        with started.transaction() as tx:
            cast = make_cast(tx)
            administrator = actor_of(tx, cast.administrator)
            tx.actor = administrator
            new = NewKey(account_id=account_of(tx, cast.administrator).id, name="探索", set_id=1)
            for _at in range(20):  # the first numbers are those that will be tried on “revoke”
                key = make_key(tx, new).key
        schema = schemathesis.openapi.from_url(f"{started.url}/api/v1/openapi.json")
        with requests.Session() as session:
            session.headers["authorization"] = f"Bearer {key}"
            yield Asking(started, schema, session)


class TestTruth:
    """What is asked along the description is answered along it, and never with a fault."""

    @pytest.mark.parametrize("name", sorted(open_processes()))
    def test_of(self, asking: Asking, name: str):
        method = method_of(open_processes()[name])
        operation = asking.schema[f"/api/v1/{name.replace('.', '/')}"][method]

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case):
            case.query, case.body = nearer(case.query), nearer(case.body)
            answer = case.call_and_validate(session=asking.session, checks=CHECKS)
            asking.came[answer.status_code] += 1

        ask()

    def test_something_was_really_done(self, asking: Asking):
        if not asking.came:  # the tests above ran in another process, all of them
            pytest.skip("nothing was asked in this process")
        assert asking.came[200] + asking.came[204] > asking.came.total() / 5, asking.came
        assert asking.came[401] == asking.came[403] == asking.came[405] == 0, asking.came
