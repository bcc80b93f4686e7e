"""Accounts: opened, invited, stopped, opened again, listed (D01, X06)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.audit import AuditRecord
from core.errors import Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing
from core.transaction import Transaction
from data.models.access import AccountStatus, ReachKind, SignInLink
from services.access import (
    AccountsAsk,
    CandidatesAsk,
    NewAccount,
    WhichAccount,
    begin_attempt,
    hash_of,
    invite,
    invited,
    is_living,
    list_accounts,
    list_candidates,
    open_account,
    open_accounts,
    reopen_account,
    set_choices,
    sign_out_everywhere,
    start_session,
    stop_account,
    stop_accounts_of,
    use_link,
)
from services.access.passwords import matches
from services.access.tries import MOST_FAILURES
from tests.factories import account_of, give, make_account, make_person

GOOD = "my dog eats green apples"


def which(tx, person):
    """Name a person's account."""
    return WhichAccount(id=account_of(tx, person).id)


def token_of(invitation):
    """Return what stands in a link."""
    return invitation.url.partition("?token=")[2]


class TestOpen:
    def test_a_person_gets_an_account_that_waits_for_its_link(self, tx, administrator, cast):
        person = make_person(tx, department=cast.branch)
        open_account(administrator, NewAccount(person_id=person.id, login=" Hanako@Example.JP "))
        account = account_of(tx, person)
        assert (account.login, account.status) == ("hanako@example.jp", AccountStatus.INVITED)

    def test_is_audited_with_the_login_name_apart(self, tx, administrator, cast):
        person = make_person(tx)
        made = open_account(administrator, NewAccount(person_id=person.id, login="hanako"))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "access.open")).scalar_one()
        assert (record.subject, record.input) == (f"account:{made.id}", {"person_id": person.id})

    @pytest.mark.parametrize("login", ["staff", "STAFF", "a", "姓名", "two words", "-minus"])
    def test_refuses_login_names_that_are_taken_or_cannot_be_used(self, tx, administrator, cast, login):
        with pytest.raises(Invalid) as refused:
            open_account(administrator, NewAccount(person_id=make_person(tx).id, login=login))
        assert set(refused.value.fields) == {"login"}

    def test_refuses_a_second_account_and_the_retired(self, tx, administrator, cast):
        with pytest.raises(Refused):
            open_account(administrator, NewAccount(person_id=cast.staff.id, login="second"))
        cast.far.retired_at = tx.now
        with pytest.raises(Refused):
            open_account(administrator, NewAccount(person_id=cast.far.id, login="second"))

    def test_out_of_reach_is_not_found(self, limited, cast):
        with pytest.raises(NotFound):
            open_account(limited("access.open"), NewAccount(person_id=cast.far.id, login="far"))

    def test_candidates_have_no_account_and_are_within_reach(self, tx, limited, cast):
        make_person(tx, "候補", "一", cast.general_affairs, code="C1")
        make_person(tx, "候補", "二", cast.branch, code="C2")
        found = list_candidates(limited("access.candidates"), CandidatesAsk(text="候補"))
        assert [one.label for one in found] == ["候補 一 (C1)"]


class TestInvite:
    def test_the_link_sets_the_password_once_and_ends_all_sessions(self, tx, administrator, cast):
        account = account_of(tx, cast.staff)
        account.status = AccountStatus.INVITED
        session = hash_of(start_session(tx, account.id))
        token = token_of(invite(administrator, which(tx, cast.staff)))
        assert invited(tx, token).name == "社員 三郎"
        assert use_link(tx, token, GOOD) == account.id
        account = account_of(tx, cast.staff)
        assert account.status is AccountStatus.ACTIVE
        assert matches(GOOD, account.password_hash)
        assert not is_living(tx, session)
        assert use_link(tx, token, GOOD) is None

    def test_only_the_hash_is_kept_and_the_link_is_in_no_audit(self, tx, administrator, cast):
        invitation = invite(administrator, which(tx, cast.staff))
        link = tx.execute(select(SignInLink)).scalar_one()
        assert link.token_hash == hash_of(token_of(invitation))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "access.invite")).scalar_one()
        assert token_of(invitation) not in str((record.input, record.changes, record.subject))

    def test_a_bad_password_leaves_the_link_good(self, tx, administrator, cast):
        token = token_of(invite(administrator, which(tx, cast.staff)))
        with pytest.raises(Invalid):
            use_link(tx, token, "short")
        assert invited(tx, token)

    def test_a_newer_link_voids_the_older_one(self, tx, administrator, cast):
        older = token_of(invite(administrator, which(tx, cast.staff)))
        newer = token_of(invite(administrator, which(tx, cast.staff)))
        assert invited(tx, older) is None
        assert invited(tx, newer)

    def test_is_valid_for_72_hours(self, tx, session, administrator, cast):
        token = token_of(invite(administrator, which(tx, cast.staff)))
        with clock.frozen(administrator.now + timedelta(hours=72)):
            assert invited(Transaction(session, tx.actor), token) is None
        with clock.frozen(administrator.now + timedelta(hours=71, minutes=59)):
            assert invited(Transaction(session, tx.actor), token)

    def test_stopped_accounts_get_none_and_theirs_are_void(self, tx, administrator, cast):
        token = token_of(invite(administrator, which(tx, cast.staff)))
        stop_account(administrator, which(tx, cast.staff))
        assert invited(tx, token) is None
        with pytest.raises(Refused):
            invite(administrator, which(tx, cast.staff))

    def test_nobody_takes_over_an_account_that_may_do_more(self, tx, limited, cast):
        weak = limited("access.invite", "access.stop")
        with pytest.raises(Refused):
            invite(weak, which(tx, cast.administrator))
        with pytest.raises(Refused):
            stop_account(weak, which(tx, cast.manager))

    def test_out_of_reach_is_not_found(self, tx, limited, cast):
        make_account(tx, cast.far)
        with pytest.raises(NotFound):
            invite(limited("access.invite"), which(tx, cast.far))


class TestStop:
    def test_ends_the_sessions_at_once(self, tx, administrator, cast):
        session = hash_of(start_session(tx, account_of(tx, cast.staff).id))
        stop_account(administrator, which(tx, cast.staff))
        assert not is_living(tx, session)
        assert account_of(tx, cast.staff).status is AccountStatus.STOPPED

    def test_not_ones_own_and_not_the_last_administrator(self, tx, administrator, cast):
        with pytest.raises(Refused):
            stop_account(administrator, which(tx, cast.administrator))
        with pytest.raises(Refused, match="last system administrator"):
            stop_accounts_of(tx, [cast.administrator.id])

    def test_an_administrator_who_never_signed_in_does_not_count_as_another_one(self, tx, cast):
        second = account_of(tx, cast.staff)
        give(tx, second, "administrator", ReachKind.WHOLE)
        second.status = AccountStatus.INVITED
        with pytest.raises(Refused):
            stop_accounts_of(tx, [cast.administrator.id])

    def test_with_a_second_administrator_the_first_may_go(self, tx, cast):
        give(tx, account_of(tx, cast.staff), "administrator", ReachKind.WHOLE)
        assert stop_accounts_of(tx, [cast.administrator.id, cast.far.id]) == 1

    def test_nobody_is_nobody(self, tx, cast):
        assert stop_accounts_of(tx, []) == 0

    def test_opening_again_unlocks_and_knows_whether_there_was_a_password(self, tx, administrator, cast):
        account = account_of(tx, cast.staff)
        stop_account(administrator, which(tx, cast.staff))
        reopen_account(administrator, which(tx, cast.staff))
        assert account_of(tx, cast.staff).status is AccountStatus.INVITED
        account.password_hash = "x"
        for _failure in range(MOST_FAILURES):
            begin_attempt(tx, account.login, "192.0.2.1")
        assert list_accounts(administrator, AccountsAsk(id=account.id)).rows[0].locked
        stop_account(administrator, which(tx, cast.staff))
        reopen_account(administrator, which(tx, cast.staff))
        account = account_of(tx, cast.staff)
        assert account.status is AccountStatus.ACTIVE
        assert not list_accounts(administrator, AccountsAsk(id=account.id)).rows[0].locked

    def test_the_retired_stay_stopped(self, tx, administrator, cast):
        stop_account(administrator, which(tx, cast.staff))
        cast.staff.retired_at = tx.now
        with pytest.raises(Refused):
            reopen_account(administrator, which(tx, cast.staff))

    def test_signing_out_everywhere_counts_the_browsers(self, tx, administrator, cast):
        account = account_of(tx, cast.staff)
        tokens = [hash_of(start_session(tx, account.id)) for _ in range(3)]
        assert sign_out_everywhere(administrator, which(tx, cast.staff)).sessions == 3
        assert not any(is_living(tx, token) for token in tokens)


class TestMany:
    def test_open_accounts_makes_renames_and_keeps(self, tx, cast):
        new = make_person(tx)
        open_accounts(tx, [(new.id, "new"), (cast.staff.id, "renamed"), (cast.manager.id, "manager")])
        assert account_of(tx, new).status is AccountStatus.INVITED
        assert account_of(tx, cast.staff).login == "renamed"
        assert account_of(tx, cast.staff).status is AccountStatus.ACTIVE
        assert account_of(tx, cast.manager).login == "manager"

    def test_two_people_may_swap_their_names_through_a_third_one(self, tx, cast):
        open_accounts(tx, [(cast.staff.id, "third")])
        open_accounts(tx, [(cast.manager.id, "staff")])
        open_accounts(tx, [(cast.staff.id, "manager")])
        assert (account_of(tx, cast.staff).login, account_of(tx, cast.manager).login) == ("manager", "staff")

    def test_nothing_is_nothing(self, tx, cast):
        open_accounts(tx, [])


class TestList:
    def test_shows_status_sets_and_sessions_by_kana(self, tx, administrator, cast):
        start_session(tx, account_of(tx, cast.manager).id)
        page = list_accounts(administrator, AccountsAsk())
        by_login = {row.login: row for row in page.rows}
        manager = by_login["manager"]
        assert [row.login for row in page.rows] == ["admin", "crisis", "staff", "manager"]
        assert (manager.name, manager.sessions, manager.assignments[0].department) == ("部長 太郎", 1, "本社")
        assert by_login["staff"].assignments == []

    @pytest.mark.parametrize(
        ("asked", "logins"),
        [({"text": "ブチョウ"}, ["manager"]), ({"text": "ぶちょう"}, ["manager"]), ({"text": "ＡＤＭ"}, ["admin"]),
         ({"text": "adm"}, ["admin"]), ({"text": "支社 nobody"}, []),
         ({"status": AccountStatus.STOPPED}, []), ({"sort": "-login", "size": 1}, ["staff"])],
    )  # fmt: skip
    def test_finds(self, administrator, cast, asked, logins):
        assert [row.login for row in list_accounts(administrator, AccountsAsk(**asked)).rows] == logins

    def test_finds_who_has_a_set(self, administrator, cast):
        choices = {choice.label: choice.value for choice in set_choices(administrator, Nothing())}
        page = list_accounts(administrator, AccountsAsk(set_id=choices["Department manager"]))
        assert [row.login for row in page.rows] == ["manager"]

    def test_keeps_to_the_reach(self, limited, cast):
        page = list_accounts(limited("access.accounts"), AccountsAsk())
        assert {row.login for row in page.rows} == {"admin", "manager", "staff"}

    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            list_accounts(staff, AccountsAsk())
