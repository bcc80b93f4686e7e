"""Transactions of the cast: each acts as one of them."""

from collections.abc import Callable

import pytest

from core.actor import Actor, Reach, What
from core.transaction import Transaction
from tests.factories import account_of, actor_of


@pytest.fixture
def administrator(acting, cast, tx) -> Transaction:
    """The administrator's transaction."""
    return acting(actor_of(tx, cast.administrator))


@pytest.fixture
def manager(acting, cast, tx) -> Transaction:
    """The transaction of the manager of 本社 and all below."""
    return acting(actor_of(tx, cast.manager))


@pytest.fixture
def crisis_manager(acting, cast, tx) -> Transaction:
    """The transaction of the crisis manager of 支社."""
    return acting(actor_of(tx, cast.crisis_manager))


@pytest.fixture
def staff(acting, cast, tx) -> Transaction:
    """The transaction of somebody without any permission."""
    return acting(actor_of(tx, cast.staff))


@pytest.fixture
def limited(acting, cast, tx) -> Callable[..., Transaction]:
    """Return a maker of transactions of somebody who may do some processes with 本社 and all below."""
    account_id = account_of(tx, cast.staff).id

    def make(*processes: str) -> Transaction:
        reach = Reach(paths=frozenset({cast.head_office.path}))
        grants = {(process, what): reach for process in processes for what in What}
        return acting(Actor("限定", account_id=account_id, person_id=cast.staff.id, grants=grants))

    return make
