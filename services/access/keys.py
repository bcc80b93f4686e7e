"""Keys by which machines act for an account (APIキー, N11): made, looked at, revoked."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import aliased

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from core.words import named
from data.models.access import Account, AccountStatus, ApiKey, PermissionSet
from data.models.people import Person
from services.access.called import called
from services.access.reach import people_within
from services.access.tokens import hash_of, new_token
from services.access.within import account_within

BEGINNING = "renraku_"
"""How every key begins, so that people and scanners of files recognise one that lies about."""

SHOWN = len(BEGINNING) + 6


class KeyState(StrEnum):
    """Whether a key opens anything."""

    LIVING = "living"
    EXPIRED = "expired"
    REVOKED = "revoked"


named(KeyState, living=N_("In use"), expired=N_("Expired"), revoked=N_("Revoked"))


class NewKey(Input):
    """A key for a machine: for whom it acts, within which permission set, for how long."""

    account_id: int = field(N_("Account"), hidden=True)
    name: str = field(
        N_("Name of the key"), min_length=1, max_length=60, help=N_("Which system uses it, for instance “payroll”.")
    )
    set_id: int = field(
        N_("Permission set"), of="access.set_choices",
        help=N_("The key may do what is in this set and what the account may do, never more."),
    )  # fmt: skip
    days: int = field(N_("Valid for"), default=90, ge=1, le=366, unit=N_("days"))


class WhichKey(Input):
    """One key."""

    id: int = field(N_("Key"), hidden=True)


class KeysAsk(PageAsk):
    """Which keys; everything given must hold."""

    text: str = field(N_("Name, kana or code of the person"), default="", max_length=100, personal=True)
    account_id: int | None = field(N_("Account"), default=None, hidden=True)
    state: KeyState | None = field(N_("Status"), default=KeyState.LIVING)


class MadeKey(Row):
    """A new key; the key itself is shown once and kept nowhere."""

    id: int
    key: str = field(N_("Key"), secret=True)
    expires_at: datetime


class RevokedKey(Row):
    """The key that opens nothing any more."""

    id: int


class KeyRow(Row):
    """A line of the list of keys. ``prefix`` is how the key begins; ``set_name`` is None when its set is gone."""

    id: int
    name: str
    prefix: str
    account_id: int
    person: str
    code: str
    set_name: str | None
    state: KeyState
    made_by: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@operation("access.make_key", N_("Make API keys"), touches="api_key")
def make_key(tx: Transaction, ask: NewKey) -> MadeKey:
    """Make a key by which a machine acts for an account within a permission set (APIキー発行, N11).

    Raises:
        NotFound: when account or set do not exist or are out of reach.
        Refused: when the account is not in use, or may do more than the actor.
    """
    account = account_within(tx, make_key, ask.account_id)
    if account.status is not AccountStatus.ACTIVE:
        raise Refused(N_("This account is not in use yet, or stopped. A key needs one that can sign in."))
    chosen = tx.get(PermissionSet, ask.set_id, lock=True)
    if chosen is None:
        raise NotFound(N_("This permission set does not exist any more."))
    token = BEGINNING + new_token()
    made = ApiKey(
        token_hash=hash_of(token),
        prefix=token[:SHOWN],
        name=ask.name,
        account_id=account.id,
        set_id=chosen.id,
        created_by=tx.actor.account_id,
        created_at=tx.now,
        expires_at=tx.now + timedelta(days=ask.days),
    )
    tx.add(made)
    tx.note(f"account:{account.id}", None, {"key": made.prefix, "name": made.name, "set": chosen.name})
    return MadeKey(id=made.id, key=token, expires_at=made.expires_at)


@operation("access.revoke_key", N_("Revoke API keys"), touches="api_key")
def revoke_key(tx: Transaction, ask: WhichKey) -> RevokedKey:
    """Make a key useless from the next request on (APIキー失効).

    Raises:
        NotFound: when there is none, or its account is out of reach.
        Refused: when its account may do more than the actor.
    """
    found = tx.get(ApiKey, ask.id)
    if found is None:
        raise NotFound(N_("This key does not exist, or is outside your reach."))
    account_within(tx, revoke_key, found.account_id)  # its row is locked first, as when an account is stopped
    tx.session.refresh(found)
    if found.revoked_at is None:
        found.revoked_at = tx.now
        tx.note(f"account:{found.account_id}", {"key": found.prefix, "name": found.name}, None)
    return RevokedKey(id=found.id)


@query("access.list_keys", N_("See API keys"))
def list_keys(tx: Transaction, ask: KeysAsk) -> Page[KeyRow]:
    """Return a page of the keys of accounts within reach, the newest first (APIキー一覧)."""
    maker, makers_account = aliased(Person, name="maker"), aliased(Account)
    statement = (
        select(ApiKey, Person, PermissionSet.name.label("set_name"), maker, _state(tx))
        .join(Account, Account.id == ApiKey.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(PermissionSet, PermissionSet.id == ApiKey.set_id)
        .outerjoin(makers_account, makers_account.id == ApiKey.created_by)
        .outerjoin(maker, maker.id == makers_account.person_id)
        .where(people_within(list_keys.reach(tx), tx.actor), *called(ask.text))
    )
    if ask.account_id is not None:
        statement = statement.where(ApiKey.account_id == ask.account_id)
    if ask.state is not None:
        statement = statement.where(_state(tx) == ask.state.value)
    # Numbers rise with time: the newest first is the order by number from the end.
    newest = ask if ask.sort else ask.model_copy(update={"sort": "-made"})
    return fetch_page(tx, statement, newest, orders={"made": (ApiKey.id,)}, make=_made)


def _state(tx: Transaction) -> ColumnElement[str]:
    return case(
        (ApiKey.revoked_at.is_not(None), KeyState.REVOKED.value),
        (ApiKey.expires_at <= tx.now, KeyState.EXPIRED.value),
        else_=KeyState.LIVING.value,
    ).label("state")


def _made(row: Any) -> KeyRow:
    key, person = row.ApiKey, row.Person
    return KeyRow(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        account_id=key.account_id,
        person=person.name,
        code=person.code,
        set_name=row.set_name,
        state=row.state,
        made_by=row.maker and row.maker.name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_at=key.used_at,
    )
