"""Every role × every process, each cell explicit in ``roles.txt``: what ships is what somebody decided (X06, D05).

The same cells by API key and as files: tests/public/api/test_roles.py; the database's role: tests/data/test_rights.py.
"""

import pytest

from core.actor import What
from core.errors import NotAllowed
from services.access.shipped import ROLES
from tests.architecture.decided import CAST, DECIDED, GRANTS, decided
from tests.factories import actor_of


def test_every_process_is_decided_and_nothing_else() -> None:
    assert sorted(DECIDED) == sorted(GRANTS)
    assert {role.key for role in ROLES} == set(CAST) - {"nobody"}


@pytest.mark.parametrize("role", CAST)
def test_a_role_may_do_what_was_decided_and_no_more(acting, tx, cast, role):
    transaction = acting(actor_of(tx, getattr(cast, CAST[role])))
    for grant, process in GRANTS.items():
        what = What(grant.partition(":")[2])
        assert transaction.actor.may(process.name, what) is decided(role, grant), grant


@pytest.mark.parametrize("role", CAST)
def test_what_was_not_decided_is_refused(acting, tx, cast, role):
    transaction = acting(actor_of(tx, getattr(cast, CAST[role])))
    for grant, process in GRANTS.items():
        if decided(role, grant) or grant != f"{process.name}:{process.what.value}":
            continue
        with pytest.raises(NotAllowed):
            process(transaction, process.asks.model_construct())
