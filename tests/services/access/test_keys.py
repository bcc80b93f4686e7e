"""API keys (N11): made, looked at, revoked; nobody makes one that may do more than they may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actor import What
from core.audit import AuditRecord
from core.errors import Invalid, NotFound, Refused
from core.inputs import validated
from data.models.access import AccountStatus, ApiKey, ApiUse, PermissionSet, ReachKind
from services.access import (
    DeletedSet,
    EditedSet,
    KeysAsk,
    NewKey,
    WhichAccount,
    WhichKey,
    delete_set,
    edit_set,
    hash_of,
    list_keys,
    make_key,
    recognise,
    revoke_key,
    stop_account,
)
from services.access.key_use import MINUTE
from tests.factories import account_of, give, make_account

LOOK = "access.accounts:read"


@pytest.fixture
def small(administrator) -> int:
    """A permission set that reads one list."""
    return edit_set(administrator, EditedSet(name="連携", grants=[LOOK])).id


def new(account, set_id, **more):
    """Write down which key."""
    return NewKey(account_id=account.id, name="給与", set_id=set_id, **more)


class TestMake:
    def test_keeps_the_hash_only_and_shows_how_it_begins(self, tx, administrator, cast, small):
        made = make_key(administrator, new(account_of(tx, cast.manager), small, days=30))
        row = tx.get(ApiKey, made.id)
        assert made.key.startswith("renraku_")
        assert len(made.key) == len("renraku_") + 43, "256 bits"
        assert row.token_hash == hash_of(made.key)
        assert row.prefix == made.key[:14]
        assert row.expires_at == administrator.now + timedelta(days=30) == made.expires_at

    def test_is_audited_without_the_key(self, tx, administrator, cast, small):
        made = make_key(administrator, new(account_of(tx, cast.manager), small))
        record = tx.execute(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).scalar_one()
        assert (record.process, record.subject) == ("access.make_key", f"api_key:{made.id}")
        assert record.changes[0]["after"] == {"key": made.key[:14], "name": "給与", "set": "連携"}
        assert made.key not in str((record.input, record.changes))

    def test_for_an_account_that_may_more_than_oneself_is_refused(self, tx, limited, cast, small):
        give(tx, account_of(tx, cast.manager), "manager", ReachKind.WHOLE)
        with pytest.raises(Refused, match="more than you"):
            make_key(limited("access.make_key"), new(account_of(tx, cast.manager), small))

    def test_for_an_account_out_of_reach_is_not_found(self, tx, limited, cast, small):
        with pytest.raises(NotFound):
            make_key(limited("access.make_key"), new(make_account(tx, cast.far), small))

    def test_of_a_set_that_is_not_there(self, tx, administrator, cast):
        with pytest.raises(NotFound):
            make_key(administrator, new(account_of(tx, cast.manager), 10**9))

    @pytest.mark.parametrize("status", [AccountStatus.INVITED, AccountStatus.STOPPED])
    def test_for_an_account_that_nobody_can_sign_in_with(self, tx, administrator, cast, small, status):
        account = account_of(tx, cast.manager)
        account.status = status
        tx.session.flush()
        with pytest.raises(Refused, match="not in use"):
            make_key(administrator, new(account, small))

    @pytest.mark.parametrize("days", [0, 367])
    def test_lives_a_year_at_most(self, cast, small, days):
        with pytest.raises(Invalid):
            validated(NewKey, {"account_id": 1, "name": "給与", "set_id": small, "days": days})


class TestRevoke:
    def test_ends_it_and_is_audited(self, tx, administrator, cast, small):
        made = make_key(administrator, new(account_of(tx, cast.manager), small))
        assert recognise(tx, made.key) is not None
        revoke_key(administrator, WhichKey(id=made.id))
        assert recognise(tx, made.key) is None
        record = tx.execute(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).scalar_one()
        assert (record.process, record.subject) == ("access.revoke_key", f"api_key:{made.id}")
        assert record.changes[0]["before"]["name"] == "給与"

    def test_out_of_reach_or_not_there_is_not_found(self, tx, administrator, limited, cast, small):
        made = make_key(administrator, new(make_account(tx, cast.far), small))
        with pytest.raises(NotFound):
            revoke_key(limited("access.revoke_key"), WhichKey(id=made.id))
        with pytest.raises(NotFound):
            revoke_key(administrator, WhichKey(id=10**9))

    def test_of_an_account_that_may_more_is_refused(self, tx, administrator, limited, cast, small):
        made = make_key(administrator, new(account_of(tx, cast.manager), small))
        with pytest.raises(Refused, match="more than you"):
            revoke_key(limited("access.revoke_key"), WhichKey(id=made.id))

    def test_comes_with_the_stop_of_the_account(self, tx, administrator, cast, small):
        account = account_of(tx, cast.manager)
        made = make_key(administrator, new(account, small))
        stop_account(administrator, WhichAccount(id=account.id))
        tx.session.expire_all()
        assert tx.get(ApiKey, made.id).revoked_at == administrator.now


class TestList:
    def test_shows_those_within_reach_by_state_the_newest_first(self, tx, administrator, limited, cast, small):
        first = make_key(administrator, new(account_of(tx, cast.manager), small))
        second = make_key(administrator, new(account_of(tx, cast.staff), small))
        far = make_key(administrator, new(make_account(tx, cast.far), small))
        revoke_key(administrator, WhichKey(id=first.id))
        near = limited("access.list_keys")
        assert [row.id for row in list_keys(near, KeysAsk(state=None)).rows] == [second.id, first.id]
        assert [row.id for row in list_keys(near, KeysAsk()).rows] == [second.id]
        row = list_keys(administrator, KeysAsk(text="遠方")).rows[0]
        assert (row.id, row.person, row.set_name, row.made_by) == (far.id, "遠方 四郎", "連携", "管理 花子")
        assert far.key not in row.model_dump_json()

    def test_goes_by_pages(self, tx, administrator, cast, small):
        made = [make_key(administrator, new(account_of(tx, cast.manager), small)).id for _at in range(3)]
        page = list_keys(administrator, KeysAsk(size=2))
        rest = list_keys(administrator, KeysAsk(size=2, after=page.next))
        assert [row.id for row in [*page.rows, *rest.rows]] == made[::-1]

    def test_says_that_one_expired(self, tx, administrator, cast, small):
        make_key(administrator, new(account_of(tx, cast.manager), small, days=1))
        administrator.now += timedelta(days=1)
        assert [row.state for row in list_keys(administrator, KeysAsk(state="expired")).rows] == ["expired"]
        assert list_keys(administrator, KeysAsk()).rows == []


class TestSet:
    """A permission set that keys use."""

    def test_is_not_deleted_while_a_key_lives(self, tx, administrator, cast, small):
        made = make_key(administrator, new(account_of(tx, cast.manager), small))
        with pytest.raises(Refused, match="API key"):
            delete_set(administrator, DeletedSet(id=small, version=1))
        revoke_key(administrator, WhichKey(id=made.id))
        delete_set(administrator, DeletedSet(id=small, version=1))
        assert list_keys(administrator, KeysAsk(state="revoked")).rows[0].set_name is None

    def test_is_not_widened_by_who_goes_less_far_than_the_account_of_a_key(self, tx, administrator, limited, cast):
        empty = edit_set(administrator, EditedSet(name="連携", grants=[]))
        make_key(administrator, new(account_of(tx, cast.administrator), empty.id))
        editor = limited("access.edit_set", "people.search")
        wider = EditedSet(id=empty.id, version=empty.version, name="連携", grants=["people.search:read"])
        with pytest.raises(Refused, match="only give"):
            edit_set(editor, wider)

    def test_of_the_administrator_gives_all_that_the_account_may(self, tx, administrator, cast):
        everything = tx.scalar(select(PermissionSet.id).filter_by(shipped="administrator"))
        made = make_key(administrator, new(account_of(tx, cast.manager), everything))
        actor = recognise(tx, made.key).actor
        assert actor.may("people.search", What.READ)
        assert not actor.may("people.add", What.DO)


class TestRecognise:
    """One statement: whose key it is, and how often it came."""

    def test_counts_within_the_minute_and_begins_anew(self, tx, administrator, cast, small):
        key = make_key(administrator, new(account_of(tx, cast.manager), small)).key
        tx.now = tx.now.replace(second=10)
        assert [recognise(tx, key).times for _at in range(3)] == [1, 2, 3]
        tx.now += MINUTE
        later = recognise(tx, key)
        assert (later.times, later.until) == (1, tx.now.replace(second=0, microsecond=0) + MINUTE)

    def test_a_clock_that_is_behind_does_not_begin_anew(self, tx, administrator, cast, small):
        key = make_key(administrator, new(account_of(tx, cast.manager), small)).key
        recognise(tx, key)
        tx.now -= MINUTE
        assert recognise(tx, key).times == 2

    def test_of_nothing_counts_nothing(self, tx, cast):
        assert recognise(tx, "renraku_" + "x" * 43) is None
        assert tx.execute(select(ApiUse)).first() is None
