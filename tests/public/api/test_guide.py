"""What docs/api.md says is true: its examples are sent to a real console."""

import re
import shlex
from itertools import pairwise

import httpx
import pytest
from sqlalchemy import select

from core.settings import ROOT
from data.models.access import PermissionSet
from data.models.people import Person
from pages.public.api.problems import TITLES
from services.access import NewKey, make_key
from tests.factories import account_of, actor_of

GUIDE = (ROOT / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"^curl .*$", GUIDE, re.MULTILINE)
VALUED = {"-X": "method", "-d": "content"}


@pytest.fixture(scope="module")
def key(running) -> str:
    """A key that may do everything."""
    with running.transaction() as tx:
        administrator = tx.scalar(select(Person).where(Person.family_name == "管理"))
        everything = tx.scalar(select(PermissionSet.id).filter_by(shipped="administrator"))
        tx.actor = actor_of(tx, administrator)
        return make_key(tx, NewKey(account_id=account_of(tx, administrator).id, name="手引", set_id=everything)).key


def sent(example: str, url: str, key: str) -> httpx.Response:
    """Send what curl would send."""
    words = shlex.split(example.replace("$RENRAKU", url).replace("$KEY", key))
    options = {"method": "GET", **{VALUED[w]: after for w, after in pairwise(words) if w in VALUED}}
    headers = dict(after.split(": ", 1) for word, after in pairwise(words) if word == "-H")
    address = next(word for word in words if word.startswith("http"))
    return httpx.request(url=address, headers=headers, **options)


def test_there_is_one_for_a_query_and_one_for_an_operation():
    assert [re.search(r"/api/v1/([\w./]+)", one)[1] for one in EXAMPLES] == [
        "openapi.json", "people/search", "people/edit_list",
    ]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_works(running, key, example):
    answer = sent(example, running.url, key)
    assert answer.status_code == 200, answer.text
    again = sent(example, running.url, key)
    assert again.content == answer.content
    assert ("idempotency-replayed" in again.headers) == ("-X POST" in example)


def test_every_code_is_named():
    assert {code for code in TITLES if f"`{code}`" not in GUIDE} == {"error"}
