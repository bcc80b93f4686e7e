"""Looking as somebody else: read only, never towards more rights, over in half an hour, in the audit trail."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actor import WHOLE, What
from core.audit import AuditRecord
from core.errors import NotFound, Refused
from core.inputs import Nothing
from core.transaction import Transaction
from data.models.access import AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.desk import FormDraft
from services.access import (
    WhichAccount,
    actor_of_session,
    hash_of,
    look_as,
    own_second_factor,
    sign_out,
    start_session,
    stop_looking,
)
from services.access.looking import LONGEST
from services.desk import drafts
from tests.factories import account_of, give


@pytest.fixture
def browser(acting, tx, cast):
    """A browser in which somebody is signed in: call it for their transaction at this moment."""

    def signed_in(person):
        token = hash_of(start_session(tx, account_of(tx, person).id))

        def at(later=timedelta()):
            now = Transaction(tx.session, tx.actor)
            now.now += later
            actor = actor_of_session(now, token)
            made = acting(actor) if actor else None
            if made:
                made.now = now.now
            return made

        return at

    return signed_in


@pytest.fixture
def here(browser, cast):
    """The administrator's browser."""
    return browser(cast.administrator)


def look(here, tx, person):
    return look_as(here(), WhichAccount(id=account_of(tx, person).id))


def trail(tx):
    rows = tx.execute(select(AuditRecord).where(AuditRecord.process.like("access.%look%")).order_by(AuditRecord.id))
    return [(row.process, row.actor, row.account_id, row.subject) for row in rows.scalars()]


class TestLooking:
    def test_sees_what_the_other_sees_and_stays_who_they_are(self, here, tx, cast):
        look(here, tx, cast.manager)
        actor = here().actor
        assert (actor.account_id, actor.looker.name) == (account_of(tx, cast.manager).id, "管理 花子")
        assert not actor.may("access.accounts", What.READ)
        assert actor.may("people.search", What.READ)
        assert not actor.reach("people.search", What.READ).whole
        assert actor.session_id is not None

    def test_begin_and_end_are_in_the_trail_under_the_own_name(self, here, tx, cast):
        look(here, tx, cast.manager)
        stop_looking(here(), Nothing())
        assert here().actor.looker is None
        own, target = account_of(tx, cast.administrator).id, account_of(tx, cast.manager).id
        assert trail(tx) == [
            ("access.look_as", f"account:{own}", own, f"account:{target}"),
            ("access.stop_looking", f"account:{own} → account:{target}", own, f"account:{target}"),
        ]
        with pytest.raises(NotFound):
            stop_looking(here(), Nothing())

    def test_is_over_after_half_an_hour_which_is_recorded_once(self, here, tx, cast):
        until = look(here, tx, cast.manager).until
        assert timedelta(0) < until - tx.now <= LONGEST + timedelta(minutes=1)
        assert here(LONGEST - timedelta(minutes=1)).actor.looker
        for _look in range(2):
            assert here(LONGEST + timedelta(minutes=1)).actor.looker is None
        assert [row[:2] for row in trail(tx)][1:] == [("access.stop_looking", here().actor.signature)]

    def test_ends_with_the_session(self, here, tx, cast):
        look(here, tx, cast.manager)
        sign_out(here(), Nothing())
        assert here() is None

    def test_what_is_the_others_alone_stays_so(self, here, tx, cast):
        account = account_of(tx, cast.manager)
        tx.add(FormDraft(account_id=account.id, form="f", title="x", place="", values={"a": 1}, before={},
                         updated_at=tx.now))  # fmt: skip
        look(here, tx, cast.manager)
        assert drafts(here(), Nothing()) == []
        assert own_second_factor(here(), Nothing()).secret is None


class TestWhom:
    def test_never_towards_more_rights(self, browser, tx, cast):
        manager = browser(cast.manager)
        made = PermissionSet(name="代理")
        tx.add(made)
        tx.add(PermissionGrant(set_id=made.id, process="access.look_as", what=What.DO))
        give(tx, account_of(tx, cast.manager), "manager", ReachKind.WHOLE)
        tx.add(PermissionAssignment(account_id=account_of(tx, cast.manager).id, set_id=made.id, reach=ReachKind.WHOLE))
        with pytest.raises(Refused, match="more than you"):
            look(manager, tx, cast.administrator)
        look(manager, tx, cast.staff)
        assert manager().actor.looker
        give(tx, account_of(tx, cast.staff), "administrator", ReachKind.WHOLE)
        tx.session.flush()
        assert manager().actor.looker is None, "who came to more rights is looked at no longer"

    def test_not_oneself_not_who_cannot_sign_in_not_without_a_browser(self, here, administrator, tx, cast):
        with pytest.raises(Refused, match="own"):
            look(here, tx, cast.administrator)
        account_of(tx, cast.staff).status = AccountStatus.STOPPED
        tx.session.flush()
        with pytest.raises(Refused, match="Nobody signs in"):
            look(here, tx, cast.staff)
        with pytest.raises(Refused, match="browser"):
            look(lambda: administrator, tx, cast.manager)

    def test_who_loses_the_permission_or_whose_target_is_stopped_is_themselves(self, here, tx, cast):
        look(here, tx, cast.manager)
        account_of(tx, cast.manager).status = AccountStatus.STOPPED
        tx.session.flush()
        assert here().actor.looker is None
        assert here().actor.grants["access.look_as", What.DO] == WHOLE
