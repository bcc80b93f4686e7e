"""What was typed and not saved (services/desk/drafts.py): whose it is, and how long it is kept."""

from datetime import timedelta

import pytest

from core import clock
from core.actor import Actor
from core.database import transaction
from core.errors import Invalid, NotAllowed
from core.inputs import Nothing, validated
from services import desk
from services.privacy.nightly import nightly
from tests.factories import actor_of, make_cast

ASK = desk.WhichDraft(form="person-7")


def keep(tx, values=None, form="person-7"):
    desk.keep_draft(tx, desk.KeptDraft(form=form, version=3, title="編集", values=values or {"name": "甲"}))


@pytest.fixture
def manager(tx, cast, acting):
    return acting(actor_of(tx, cast.manager))


class TestKeep:
    """Kept by account and form."""

    def test_the_latest_stands(self, manager):
        keep(manager)
        keep(manager, {"name": "乙"})
        found = desk.draft(manager, ASK)
        assert (found.version, found.values) == (3, {"name": "乙"})
        assert len(desk.drafts(manager, Nothing())) == 1

    def test_is_nobody_elses(self, manager, acting, tx, cast):
        keep(manager)
        other = acting(actor_of(tx, cast.administrator))
        desk.discard_draft(other, ASK)
        assert desk.draft(other, ASK) is None
        assert desk.draft(manager, ASK) is not None

    def test_without_values_there_is_none(self, manager):
        keep(manager)
        desk.keep_draft(manager, desk.KeptDraft(form="person-7"))
        assert desk.draft(manager, ASK) is None

    def test_is_discarded(self, manager):
        keep(manager)
        desk.discard_draft(manager, ASK)
        assert desk.draft(manager, ASK) is None

    def test_the_system_types_nothing(self, tx):
        with pytest.raises(NotAllowed):
            keep(tx)

    def test_what_no_column_takes_is_refused(self):
        with pytest.raises(Invalid):
            validated(desk.KeptDraft, {"form": "x", "values": {"name": "a\0b"}})


def test_what_was_left_alone_for_a_month_is_deleted(live):
    with transaction(Actor.system("test")) as tx:
        actor = actor_of(tx, make_cast(tx).manager)
    now = clock.now()
    for days, form in ((31, "old"), (29, "young")):
        with clock.frozen(now - timedelta(days=days)), transaction(actor) as tx:
            keep(tx, form=form)
    nightly()
    with transaction(actor) as tx:
        assert [one.form for one in desk.drafts(tx, Nothing())] == ["young"]
