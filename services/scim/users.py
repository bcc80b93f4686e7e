"""Users that a directory makes, changes and takes away (RFC 7644 §3.3, §3.5, §3.6): people with their account."""

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field, validated
from core.operations import Process, operation
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.people import Person
from data.models.scim import ExternalId
from services.access import grants_of, stop_accounts_of, taken_logins, usable_login
from services.access.within import more_powerful
from services.changes import keeping
from services.people.addresses import MAILS
from services.people.edit import MORE_POWERFUL
from services.people.fields import PersonFields
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.retire import mark_retired
from services.people.rules import check_unique
from services.people.store import add_people, change_people, set_contacts, set_logins
from services.people.within import check_departments, person_within
from services.scim.rows import users

CHANGED = N_("It was changed meanwhile. Read it again and repeat the change.")


class Taken(Conflict):
    """Somebody or something else has a value that may be there only once."""


class UserFields(Input):
    """What a directory says about a user; what is empty is cleared, but number and account stay."""

    user_name: str = field(N_("Login name"), max_length=100, personal=True)
    external_id: str = field(N_("External ID"), default="", max_length=500)
    active: bool = field(N_("In use"), default=True)
    family_name: str = field(N_("Family name"), personal=True)
    given_name: str = field(N_("Given name"), default="", personal=True)
    family_kana: str = field(N_("Family name in kana"), default="", personal=True)
    given_kana: str = field(N_("Given name in kana"), default="", personal=True)
    employee_number: str = field(N_("Code"), default="", help=N_("Empty: the login name, or what it is already."))
    mails: list[str] = field(N_("Mail addresses"), default=[], personal=True, max_length=MAILS)
    mobile: str = field(N_("Mobile number"), default="", personal=True)


class EditedUser(UserFields):
    """A user as changed; ``version`` is what was read before."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), hidden=True)


class WhichUser(Input):
    """One user; with a ``version`` only if that still stands."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), default="", hidden=True)


class Kept(Row):
    """What was made or changed."""

    id: int


@operation("scim.add_user", N_("Add SCIM users"), touches="person")
def add_user(tx: Transaction, ask: UserFields) -> Kept:
    """Add a person with an account that waits for its link (SCIMユーザー登録, N11).

    Somebody who left and whose login name it is comes back: their history stays theirs.

    Raises:
        Taken: when code, mail address or login name belong to somebody else.
        Invalid: when a value cannot be used. Refused: when the reach is limited, or that account may do more.
    """
    alone(tx)
    login = usable_login(ask.user_name)
    check_departments(tx, add_user.reach(tx), (), ())
    former = _former(tx, login)
    fields = _fields(ask, former, login)
    _check_free(tx, fields, former.id if former else None)
    with keeping(tx) as kept:
        if former is None:
            (person_id,) = add_people(tx, [fields.values_of_person])
            kept.added(PEOPLE, [person_id])
        else:
            person_id = former.id
            _refuse_the_stronger(tx, person_id)
            kept.watch(PEOPLE, [person_id])
            former.retired_at = None
            change_people(tx, {person_id: fields.values_of_person})
        set_contacts(tx, {person_id: fields.reachable}, fresh=former is None)
        set_logins(tx, [(person_id, login)])
        set_external(tx, ExternalId.person_id, person_id, ask.external_id)
        _set_active(tx, person_id, active=ask.active)
    return Kept(id=person_id)


@operation("scim.change_user", N_("Change SCIM users"), touches="person")
def change_user(tx: Transaction, ask: EditedUser) -> Kept:
    """Change a person and whether their account is in use (SCIMユーザー変更, N11).

    Raises:
        NotFound: when the user is out of reach. Conflict: when it was changed after it was read.
        Taken: when code, mail address or login name belong to somebody else. Invalid: when a value cannot be used.
        Refused: when the account may do more, is the key's own, or is the last administrator's.
    """
    alone(tx)
    person = user_within(tx, change_user, ask.id, ask.version)
    _refuse_the_stronger(tx, person.id)
    login = usable_login(ask.user_name)
    fields = _fields(ask, person, login)
    _check_free(tx, fields, person.id)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        change_people(tx, {person.id: fields.values_of_person})
        set_contacts(tx, {person.id: fields.reachable})
        set_logins(tx, [(person.id, login)])
        set_external(tx, ExternalId.person_id, person.id, ask.external_id)
        _set_active(tx, person.id, active=ask.active)
    tx.note(f"person:{person.id}", None, {"active": ask.active})
    return Kept(id=ask.id)


@operation("scim.remove_user", N_("Take SCIM users away"), touches="person")
def remove_user(tx: Transaction, ask: WhichUser) -> Kept:
    """Retire a person and stop the account (SCIMユーザー削除, N11). Nothing is deleted: answers keep their names.

    Raises:
        NotFound: when the user is out of reach. Conflict: when it was changed after it was read.
        Refused: when the account may do more, is the key's own, or is the last administrator's.
    """
    alone(tx)
    person = user_within(tx, remove_user, ask.id, ask.version)
    _refuse_the_stronger(tx, person.id)
    _refuse_oneself(tx, person.id)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        mark_retired(tx, [person.id])
        stop_accounts_of(tx, [person.id])
        set_external(tx, ExternalId.person_id, person.id, "")
    tx.note("people", None, [f"person:{person.id}"])
    return Kept(id=ask.id)


def user_within(tx: Transaction, process: Process[Any, Any], person_id: int, version: str) -> Person:
    """Return the person who is this user, locked for change.

    Raises:
        NotFound: when there is none, or out of reach, or it left. Conflict: when another version stands now.
    """
    person = person_within(tx, process, person_id, lock=True)
    standing = users(tx, [person.id]) if person.retired_at is None else []
    if not standing:
        raise NotFound(N_("This person does not exist, or is outside your reach."))
    if version and standing[0].version != version:
        raise Conflict(CHANGED)
    return person


def set_external(tx: Transaction, which: Any, key: int, value: str) -> None:
    """Keep by which identifier a directory knows somebody or something; empty: by none."""
    if not value:
        tx.execute(delete(ExternalId).where(which == key))
        return
    new = insert(ExternalId).values({which.key: key, "value": value})
    tx.execute(new.on_conflict_do_update(index_elements=[which], set_={"value": value}))


def _former(tx: Transaction, login: str) -> Person | None:
    owner = taken_logins(tx, [login]).get(login)
    person = tx.get(Person, owner, lock=True) if owner is not None else None
    gone = person is not None and person.retired_at is not None and person.erased_at is None
    return person if gone else None


def _fields(ask: UserFields, person: Person | None, login: str) -> PersonFields:
    mails = [*ask.mails, "", "", ""]
    return validated(
        PersonFields,
        {
            "code": ask.employee_number or (person.code if person else login[:50]),
            "family_name": ask.family_name, "given_name": ask.given_name,
            "family_kana": ask.family_kana, "given_kana": ask.given_kana,
            "mail1": mails[0], "mail2": mails[1], "mail3": mails[2], "mobile": ask.mobile, "login": login,
            **({"language": person.language, "postal_code": person.postal_code, "address": person.address}
               if person else {}),
        },
    )  # fmt: skip


def _check_free(tx: Transaction, fields: PersonFields, person_id: int | None) -> None:
    try:
        check_unique(tx, fields, person_id)
    except Invalid as error:
        raise Taken(N_("{problem}"), problem=" ".join(error.fields.values()) or _(error.message)) from error


def _refuse_the_stronger(tx: Transaction, person_id: int) -> None:
    # Measured by what the key's account may do: a key holds only a part of it, and would be weaker than everybody.
    own = tx.actor.account_id
    whole = tx if own is None else tx.by(replace(tx.actor, grants=grants_of(tx, own)))
    if more_powerful(whole, Person.id == person_id):
        raise Refused(MORE_POWERFUL)


def _refuse_oneself(tx: Transaction, person_id: int) -> None:
    if tx.actor.person_id == person_id:
        raise Refused(N_("You cannot stop your own account. Ask another administrator."))


def _set_active(tx: Transaction, person_id: int, *, active: bool) -> None:
    account: Account | None = tx.scalar(
        select(Account).where(Account.person_id == person_id).execution_options(populate_existing=True)
    )
    if account is None or active == (account.status is not AccountStatus.STOPPED):
        return
    if active:
        account.status = AccountStatus.ACTIVE if account.password_hash else AccountStatus.INVITED
        tx.session.flush()
    else:
        _refuse_oneself(tx, person_id)
        stop_accounts_of(tx, [person_id])
