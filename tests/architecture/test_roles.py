"""Every role × every process, each cell explicit in ``roles.txt``: what ships is what somebody decided (X06, D05)."""

from pathlib import Path

import pytest

import services
from core.actor import What
from core.errors import NotAllowed
from services.access.processes import grantable
from tests.factories import actor_of

services.load_all()
LINES = (Path(__file__).parent / "roles.txt").read_text().splitlines()
DECIDED = {grant: set(roles) for grant, *roles in (line.split() for line in LINES if line[0] != "#")}
GRANTS = {f"{box.process.name}:{box.what.value}": box.process for box in grantable()}
CAST = {"administrator": "administrator", "manager": "manager", "crisis_manager": "crisis_manager", "nobody": "staff"}


def test_every_process_is_decided_and_nothing_else() -> None:
    assert sorted(DECIDED) == sorted(GRANTS)


@pytest.mark.parametrize("role", CAST)
def test_a_role_may_do_what_was_decided_and_no_more(acting, tx, cast, role):
    transaction = acting(actor_of(tx, getattr(cast, CAST[role])))
    for grant, process in GRANTS.items():
        what = What(grant.partition(":")[2])
        assert transaction.actor.may(process.name, what) is (role == "administrator" or role in DECIDED[grant]), grant


@pytest.mark.parametrize("role", CAST)
def test_what_was_not_decided_is_refused(acting, tx, cast, role):
    transaction = acting(actor_of(tx, getattr(cast, CAST[role])))
    for grant, process in GRANTS.items():
        if transaction.actor.may(process.name, process.what) or grant != f"{process.name}:{process.what.value}":
            continue
        with pytest.raises(NotAllowed):
            process(transaction, process.asks.model_construct())
