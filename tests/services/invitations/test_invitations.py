"""Invitations (C10): who is invited, what the link makes of it, and everything that may have changed meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core import clock
from core.actor import What
from core.errors import Invalid, NotAllowed, NotFound, Refused
from core.inputs import validated
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.changes import Change
from data.models.invitations import Invitation, InvitationSet
from data.models.people import ContactKind, ContactPoint, ContactState, Membership, Person
from services.access import actor_for, hash_of, new_token, own_account, stop_accounts_of
from services.events import PeopleErased, PeopleInvited
from services.invitations import (
    Accept,
    InvitationsAsk,
    InvitationState,
    NewInvitations,
    WhichInvitations,
    accept_invitation,
    invite_members,
    open_invitation,
    resend_invitations,
    search_invitations,
    withdraw_invitations,
)
from services.invitations.states import VALID_FOR
from services.invitations.whom import read
from tests.factories import account_of, give, make_person

GOOD = "my cat eats blue cheese"


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """The invitations of which the worker would hear."""
    ids: list[int] = []
    tell = Transaction.tell
    monkeypatch.setattr(
        Transaction, "tell",
        lambda self, event: ids.extend(event.ids) if isinstance(event, PeopleInvited) else tell(self, event),
    )  # fmt: skip
    return ids


@pytest.fixture
def role(tx, cast):
    """The shipped set of a department manager."""
    return tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))


def invited(tx, actor, *addresses, **how):
    """Invite these addresses."""
    how = {"reach": ReachKind.WHOLE, **how}
    return invite_members(actor, NewInvitations(addresses=list(addresses), **how))


def sent(tx, address="new@example.jp"):
    """Do what the worker does: make the link of an invitation and return its token."""
    token = new_token()
    values = {"token_hash": hash_of(token), "expires_at": tx.now + VALID_FOR, "sent_at": tx.now}
    tx.execute(update(Invitation).where(func.lower(Invitation.address) == address).values(**values))
    return token


def accept(tx, token, **how):
    """Accept an invitation as the public page does."""
    return accept_invitation(tx, Accept(token=token, **{"password": GOOD, "family_name": "新人", **how})).id


class TestRead:
    @pytest.mark.parametrize(("line", "address", "names"), [
        ("taro@example.jp", "taro@example.jp", ("", "")),
        ("山田 太郎 <Taro@Example.JP>", "Taro@example.jp", ("山田", "太郎")),
        ("山田　太郎\ttaro@example.jp", "taro@example.jp", ("山田", "太郎")),
        ("ｔａｒｏ＠example.jp、山田", "taro@example.jp", ("山田", "")),
    ])  # fmt: skip
    def test_an_address_with_a_name_before_or_behind(self, line, address, names):
        ((one,), skipped) = read([line])
        assert (one.address, (one.family_name, one.given_name), skipped) == (address, names, [])

    def test_each_address_once_and_what_is_none_says_so(self):
        found, skipped = read(["a@example.jp", "A@example.jp", "nobody", "a@b", "x@@example.jp"])
        assert [one.address for one in found] == ["a@example.jp"]
        assert [one.text for one in skipped] == ["nobody", "a@b", "x@@example.jp"]


class TestInvite:
    def test_keeps_what_was_chosen_and_adds_nobody_yet(self, tx, administrator, cast, role, told):
        before = tx.scalar(select(func.count()).select_from(Person))
        done = invited(tx, administrator, "山田 太郎 <new@example.jp>", "b@example.jp", set_ids=[role])
        assert (done.invited, done.skipped, len(told)) == (2, [], 2)
        rows = search_invitations(administrator, InvitationsAsk()).rows
        assert [(row.address, row.name, row.state) for row in rows] == [
            ("b@example.jp", "", InvitationState.WAITING), ("new@example.jp", "山田 太郎", InvitationState.WAITING),
        ]  # fmt: skip
        assert len(rows[0].sets) == 1
        assert tx.scalar(select(func.count()).select_from(Person)) == before

    def test_says_who_was_not_invited_and_why(self, tx, administrator, cast):
        tx.add(ContactPoint(person_id=cast.staff.id, kind=ContactKind.MAIL, value="Staff@example.jp"))
        retired = make_person(tx, "退職", mail="retired@example.jp")
        retired.retired_at = tx.now
        for _at in range(2):
            make_person(tx, "同居", mail="shared@example.jp")
        invited(tx, administrator, "twice@example.jp")
        lines = ["staff@example.jp", "retired@example.jp", "shared@example.jp", "twice@example.jp"]
        done = invite_members(
            administrator, NewInvitations(addresses=lines, person_ids=[cast.manager.id, cast.far.id, 10**9],
                                          reach=ReachKind.WHOLE),
        )  # fmt: skip
        assert done.invited == 0
        reasons = {one.text: one.reason for one in done.skipped}
        assert "アカウントがあります" in reasons["staff@example.jp"]
        assert "招待できません" in reasons["retired@example.jp"]
        assert "複数の人" in reasons["shared@example.jp"]
        assert "招待中" in reasons["twice@example.jp"]
        assert "アカウントがあります" in reasons[cast.manager.name]
        assert "使えるメールアドレスがありません" in reasons[cast.far.name]
        assert "招待できません" in reasons[str(10**9)]

    def test_nobody_gives_more_or_farther_than_he_has(self, tx, administrator, limited, cast, role):
        weak = limited("invitations.invite", "people.search")
        near = {"reach": ReachKind.DEPARTMENT, "reach_department_id": cast.general_affairs.id}
        with pytest.raises(Refused, match="what you may do yourself"):
            invited(tx, weak, "a@example.jp", set_ids=[role], **near)
        with pytest.raises(NotFound):
            invited(tx, weak, "a@example.jp", reach=ReachKind.DEPARTMENT, reach_department_id=cast.branch.id)
        with pytest.raises(NotFound):
            invited(tx, weak, "a@example.jp", department_id=cast.branch.id)
        with pytest.raises(Refused, match="department for those who are new"):
            invited(tx, weak, "a@example.jp", **near)
        assert invited(tx, weak, "a@example.jp", department_id=cast.general_affairs.id, **near).invited == 1

    def test_a_limited_reach_invites_only_people_within_it(self, tx, limited, cast):
        far = make_person(tx, "支社", department=cast.branch, mail="far@example.jp")
        near = make_person(tx, "本社", department=cast.head_office, mail="near@example.jp")
        ask = NewInvitations(addresses=["far@example.jp"], person_ids=[far.id, near.id], reach=ReachKind.SELF)
        done = invite_members(limited("invitations.invite"), ask)
        assert (done.invited, len(done.skipped)) == (1, 2)

    @pytest.mark.parametrize("wrong", [{}, {"addresses": ["a@example.jp"], "reach": "department"}])
    def test_asks_for_somebody_and_for_a_department_with_its_reach(self, wrong):
        with pytest.raises(Invalid):
            validated(NewInvitations, wrong)


class TestAccept:
    @pytest.fixture
    def token(self, tx, administrator, cast, role):
        """The link of somebody new who shall be a manager of 支社 and belongs there."""
        how = {"reach": ReachKind.DEPARTMENT, "reach_department_id": cast.branch.id, "department_id": cast.branch.id}
        invited(tx, administrator, "New@example.jp", set_ids=[role], language="en", **how)
        return sent(tx)

    def test_somebody_new_is_a_person_with_an_account_and_what_was_chosen(self, tx, acting, cast, token):
        opened = open_invitation(tx, token)
        assert (opened.is_new, opened.inviter, opened.language) == (True, cast.administrator.name, "en")
        account = accept(tx, token, family_name="新人", given_name="五郎")
        actor = actor_for(tx, account)
        assert actor.reach("people.edit", What.DO).paths == {cast.branch.path}
        assert (actor.name, actor.language) == ("新人 五郎", "en")
        assert own_account(acting(actor), own_account.asks()).login == "new@example.jp"
        person = actor.person_id
        assert tx.scalar(select(Membership.department_id).where(Membership.person_id == person)) == cast.branch.id
        point = tx.execute(select(ContactPoint.value, ContactPoint.state).where(ContactPoint.person_id == person)).one()
        assert tuple(point) == ("New@example.jp", ContactState.WORKS)
        assert tx.scalar(select(Change.action).where(Change.kind == "person", Change.record_id == person)) == "added"

    def test_somebody_of_the_register_gets_an_account_and_is_not_added_again(self, tx, administrator, cast, role):
        person = make_person(tx, "在籍", department=cast.branch, mail="here@example.jp")
        invite_members(administrator, NewInvitations(person_ids=[person.id], set_ids=[role], reach=ReachKind.WHOLE))
        token = sent(tx, "here@example.jp")
        assert not open_invitation(tx, token).is_new
        assert actor_for(tx, accept(tx, token, family_name="")).person_id == person.id

    def test_works_once(self, tx, token):
        accept(tx, token)
        for again in (accept, open_invitation):
            with pytest.raises(Refused, match="accepted already"):
                again(tx, token)
        assert tx.scalar(select(func.count()).select_from(Invitation).where(Invitation.accepted_at.is_not(None))) == 1

    def test_not_after_72_hours_until_it_is_sent_again(self, tx, session, administrator, token, told):
        with clock.frozen(tx.now + VALID_FOR):
            late = Transaction(session, tx.actor)
            with pytest.raises(Refused, match="72 hours"):
                accept(late, token)
            late_administrator = Transaction(session, administrator.actor)
            row = search_invitations(late_administrator, InvitationsAsk(state=InvitationState.EXPIRED)).rows[0]
            told.clear()
            assert resend_invitations(late_administrator, WhichInvitations(ids=[row.id])).count == 1
            assert told == [row.id]
            with pytest.raises(Refused, match="no good"):
                accept(late, token)
            accept(late, sent(late))

    def test_not_when_it_was_withdrawn(self, tx, administrator, token):
        ids = [row.id for row in search_invitations(administrator, InvitationsAsk()).rows]
        assert withdraw_invitations(administrator, WhichInvitations(ids=ids)).count == 1
        with pytest.raises(Refused, match="no good"):
            accept(tx, token)
        assert withdraw_invitations(administrator, WhichInvitations(ids=ids)).count == 0
        assert invited(tx, administrator, "new@example.jp").invited == 1

    def test_not_when_whoever_invited_may_not_any_more(self, tx, administrator, cast, token):
        account = account_of(tx, cast.administrator).id
        held = (PermissionAssignment.account_id == account,)
        weaker = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        tx.execute(update(PermissionAssignment).where(*held).values(set_id=weaker))
        for try_it in (accept, open_invitation):
            with pytest.raises(Refused, match="may not do so any more"):
                try_it(tx, token)

    def test_not_when_whoever_invited_was_stopped(self, tx, cast, token):
        give(tx, account_of(tx, cast.staff), "administrator", ReachKind.WHOLE)
        stop_accounts_of(tx, [cast.administrator.id])
        with pytest.raises(Refused, match="may not do so any more"):
            accept(tx, token)

    def test_a_set_that_is_gone_is_left_out(self, tx, cast, token):
        tx.session.delete(tx.get(InvitationSet, (tx.scalar(select(InvitationSet.invitation_id)),
                                                 tx.scalar(select(InvitationSet.set_id)))))  # fmt: skip
        tx.session.flush()
        assert actor_for(tx, accept(tx, token)).grants == {}

    def test_not_when_the_address_has_an_account_by_now_and_linked_when_it_is_somebody_of_the_register(
        self, tx, cast, token
    ):
        tx.add(ContactPoint(person_id=cast.staff.id, kind=ContactKind.MAIL, value="new@example.jp"))
        with pytest.raises(Refused, match="has an account already"):
            accept(tx, token)
        tx.execute(update(ContactPoint).where(ContactPoint.value == "new@example.jp").values(person_id=cast.far.id))
        assert actor_for(tx, accept(tx, token)).person_id == cast.far.id

    def test_asks_for_a_name_and_a_good_password_and_stays_good(self, tx, token):
        for wrong in ({"family_name": ""}, {"password": "short"}):
            with pytest.raises(Invalid), tx.session.begin_nested():
                accept(tx, token, **wrong)
        assert accept(tx, token)

    def test_an_invented_link_is_no_good(self, tx, cast):
        with pytest.raises(Refused, match="no good"):
            open_invitation(tx, new_token())

    def test_a_login_name_that_is_taken_becomes_another(self, tx, cast, token):
        account_of(tx, cast.staff).login = "new@example.jp"
        tx.session.flush()
        accept(tx, token)
        assert tx.scalar(select(Account.login).order_by(Account.id.desc()).limit(1)) == "member-m000001"


class TestHandling:
    def test_out_of_reach_is_not_found_and_not_listed(self, tx, administrator, limited, cast):
        invited(tx, administrator, "a@example.jp", department_id=cast.branch.id)
        invited(tx, administrator, "b@example.jp", department_id=cast.general_affairs.id)
        weak = limited("invitations.search", "invitations.resend", "invitations.withdraw", "invitations.invite")
        assert [row.address for row in search_invitations(weak, InvitationsAsk()).rows] == ["b@example.jp"]
        ids = sorted(tx.execute(select(Invitation.id)).scalars())
        for operation in (resend_invitations, withdraw_invitations):
            with pytest.raises(NotFound):
                operation(weak, WhichInvitations(ids=ids))

    def test_who_sends_again_is_who_invites_and_must_have_it(self, tx, administrator, limited, cast, role):
        near = {"reach": ReachKind.DEPARTMENT, "reach_department_id": cast.general_affairs.id}
        invited(tx, administrator, "b@example.jp", department_id=cast.general_affairs.id, set_ids=[role], **near)
        (row,) = search_invitations(administrator, InvitationsAsk()).rows
        with pytest.raises(Refused, match="what you may do yourself"):
            resend_invitations(limited("invitations.resend", "invitations.invite"), WhichInvitations(ids=[row.id]))

    def test_who_may_not_invite_voids_no_invitation_by_sending_it_again(self, tx, administrator, limited, cast):
        invited(tx, administrator, "b@example.jp", department_id=cast.general_affairs.id, reach=ReachKind.SELF)
        token = sent(tx, "b@example.jp")
        (row,) = search_invitations(administrator, InvitationsAsk()).rows
        with pytest.raises(NotAllowed):
            resend_invitations(limited("invitations.resend"), WhichInvitations(ids=[row.id]))
        assert accept(tx, token)

    def test_the_list_tells_where_each_stands(self, tx, session, administrator, cast):
        for address in ("a@example.jp", "b@example.jp", "c@example.jp"):
            invited(tx, administrator, address)
        open_invitation(tx, sent(tx, "a@example.jp"))
        sent(tx, "b@example.jp")
        tx.execute(update(Invitation).where(Invitation.address == "c@example.jp").values(trouble="550 no"))
        stands = {row.address[0]: row.state.value for row in search_invitations(administrator, InvitationsAsk()).rows}
        assert stands == {"a": "opened", "b": "sent", "c": "failed"}
        with clock.frozen(tx.now + VALID_FOR + timedelta(seconds=1)):
            later = Transaction(session, administrator.actor)
            found = search_invitations(later, InvitationsAsk(state=InvitationState.EXPIRED, text="b@")).rows
        assert [row.address for row in found] == ["b@example.jp"]

    def test_are_erased_with_whom_they_were_for(self, tx, administrator, cast):
        invited(tx, administrator, "a@example.jp")
        tx.tell(PeopleErased(ids=(), accounts=(), addresses=("A@example.jp",), words=(), name="-"))
        assert search_invitations(administrator, InvitationsAsk()).rows == []


def test_a_stopped_account_is_not_opened_again_by_an_invitation(tx, administrator, cast):
    account_of(tx, cast.staff).status = AccountStatus.STOPPED
    tx.add(ContactPoint(person_id=cast.staff.id, kind=ContactKind.MAIL, value="staff@example.jp"))
    assert invited(tx, administrator, "staff@example.jp").invited == 0
