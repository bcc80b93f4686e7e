"""People are counted while one waits, or by a job in a large organisation (D17)."""

import pytest

from core.inputs import Nothing
from data.models.people import ContactPoint, ContactState
from services.setup import count_again, guide, headcount, standing
from services.setup.duties import Duty
from services.setup.facts import Facts
from services.setup.guide import shown_step
from services.setup.headcount import counted
from services.setup.steps import STEPS
from tests.factories import make_department, make_person


@pytest.fixture
def crowd(tx):
    """Four people: one has everything, one nothing, one an address that fails, one has left."""
    office = make_department(tx, "本社")
    make_person(tx, department=office, mail="a@example.jp", area="442")
    make_person(tx)
    broken = make_person(tx, mail="dead@example.jp")
    tx.execute(
        ContactPoint.__table__.update().where(ContactPoint.person_id == broken.id).values(state=ContactState.DEAD)
    )
    make_person(tx, department=office, mail="gone@example.jp", area="442").retired_at = tx.now
    tx.session.flush()


def test_counts_everybody_who_has_not_left(tx, crowd):
    found = counted(tx)
    assert (found.people, found.with_department, found.with_region, found.with_contact) == (3, 1, 1, 2)
    assert (found.mail_addresses, found.untried, found.dead, found.counted_at) == (2, 1, 1, None)


def test_a_large_organisation_sees_what_was_counted_last(tx, crowd, monkeypatch):
    monkeypatch.setattr(headcount, "LARGE", 2)
    assert standing(tx, Nothing()) is None
    assert "3" in guide(tx, Nothing()).steps[0].finding  # nobody counted yet: the guide itself does
    count_again(tx, Nothing())
    make_person(tx)
    shown = guide(tx, Nothing())
    assert ("3" in shown.steps[0].finding, shown.counted_at) == (True, tx.now)
    assert standing(tx, Nothing()).counted_at == tx.now
    count_again(tx, Nothing())
    assert "4" in guide(tx, Nothing()).steps[0].finding


def test_a_small_one_sees_this_moment(tx, crowd):
    count_again(tx, Nothing())
    make_person(tx)
    assert ("4" in guide(tx, Nothing()).steps[0].finding, guide(tx, Nothing()).counted_at) == (True, None)


def test_large_numbers_are_written_as_people_read_them():
    step = next(one for one in STEPS if one.key == "accounts")
    facts = Facts(**{**dict.fromkeys(Facts.__dataclass_fields__, 0), "people": 1_000_001, "last_test": None})
    assert "1,000,001" in shown_step(step, step.judge(facts), False, Duty()).finding
