"""The whole registry: nobody does or sees anything without the permission for it, from anywhere (X06)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

import services
from core.actor import WHOLE, Actor, Looker, What
from core.audit import AuditRecord
from core.errors import NotAllowed, Refused
from core.operations import Operation, registered
from core.transaction import Transaction
from services.access.processes import CATEGORIES, grantable
from tests.factories import actor_of

services.load_all()
PROCESSES = registered()
GRANTED = [process for process in PROCESSES if not process.own]
ENDS_LOOKING = {"access.stop_looking", "access.sign_out"}
EVERYTHING = {(process.name, what): WHOLE for process in PROCESSES for what in What}


def ask(process):
    """Make an input that nobody looked at: permission comes before everything else, before the input's rules too."""
    return process.asks.model_construct()


def name(process):
    """Name a process for people."""
    return process.name


@pytest.mark.parametrize("process", GRANTED, ids=name)
class TestGranted:
    """What somebody has to be given."""

    def test_a_person_without_any_permission_is_refused(self, acting, tx, cast, process):
        with pytest.raises(NotAllowed, match=process.name):
            process(acting(actor_of(tx, cast.staff)), ask(process))

    def test_every_other_permission_is_not_enough(self, acting, cast, process):
        grants = {key: reach for key, reach in EVERYTHING.items() if key != (process.name, process.what)}
        with pytest.raises(NotAllowed, match=process.name):
            process(acting(Actor("他", account_id=1, person_id=cast.staff.id, grants=grants)), ask(process))

    def test_a_visitor_is_refused(self, acting, process):
        with pytest.raises(NotAllowed):
            process(acting(Actor("visitor")), ask(process))


@pytest.mark.parametrize("process", [process for process in PROCESSES if process.own], ids=name)
def test_what_is_for_oneself_is_refused_to_who_is_nobody(acting, process):
    with pytest.raises(NotAllowed):
        process(acting(Actor("visitor")), ask(process))


@pytest.mark.parametrize("process", [one for one in PROCESSES if isinstance(one, Operation)], ids=name)
def test_a_refusal_writes_nothing(session, process):
    tx = Transaction(session, Actor("visitor"))
    before = session.scalar(select(func.count()).select_from(AuditRecord))
    with pytest.raises(NotAllowed):
        process(tx, ask(process))
    assert session.scalar(select(func.count()).select_from(AuditRecord)) == before
    assert not session.new
    assert not session.dirty


def test_who_only_looks_as_somebody_changes_nothing(acting, cast):
    looker = Looker(account_id=1, name="管理", until=datetime.max.replace(tzinfo=UTC))
    actor = Actor("他", account_id=2, person_id=cast.staff.id, grants=EVERYTHING, looker=looker)
    for process in PROCESSES:
        if isinstance(process, Operation) and process.name not in ENDS_LOOKING:
            with pytest.raises(Refused, match="only look as 他"):
                process(acting(actor), ask(process))
    assert {one.name for one in PROCESSES if isinstance(one, Operation) and one.while_looking} == ENDS_LOOKING


@pytest.mark.parametrize("process", PROCESSES, ids=name)
class TestDeclared:
    """What every declaration says."""

    def test_belongs_to_a_room(self, process):
        assert process.category in CATEGORIES
        assert process.function.__module__.startswith(f"services.{process.category}")

    def test_does_what_its_kind_does(self, process):
        reads = {What.READ, What.EXPORT}
        assert (process.what in reads) is not isinstance(process, Operation)

    def test_says_what_it_is_for(self, process):
        assert process.function.__doc__
        assert process.label


def test_each_box_of_the_master_is_there_once():
    grants = [box.grant for box in grantable()]
    assert len(grants) == len(set(grants))
    assert {box.process.name for box in grantable()} == {process.name for process in GRANTED}
