"""Adding and changing people by hand (D01, D04, D06)."""

from sqlalchemy import func, select

from core.audit import AuditRecord
from core.clock import jst
from core.errors import Conflict, Refused
from core.i18n import N_
from core.inputs import Row
from core.operations import operation
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Person
from services.access import usable_login
from services.access.within import more_powerful
from services.changes import keeping
from services.fields import checked
from services.people.fields import EditedPerson, PersonFields
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.rules import check_areas, check_unique
from services.people.show import PersonDetail, shown
from services.people.store import (
    add_people,
    change_people,
    set_contacts,
    set_departments,
    set_logins,
    set_own,
    set_regions,
)
from services.people.within import check_departments, person_within

MORE_POWERFUL = N_("This account may do more than you. Ask a system administrator.")


class SavedPerson(Row):
    """A person who was stored, with the version that stands now."""

    id: int
    version: int
    name: str


@operation("people.add", N_("Add a person"), touches="person")
def add_person(tx: Transaction, ask: PersonFields) -> SavedPerson:
    """Add a person by hand (登録, D01); a login name opens an account that waits for its link.

    Raises:
        Invalid: when code, mail address or login name belong to somebody else.
        NotFound: when a department is out of reach; Refused: when it is a limited reach and none is named.
    """
    alone(tx)
    check_unique(tx, ask, None)
    check_departments(tx, add_person.reach(tx), (), ask.departments)
    check_areas(tx, ask.area_codes)
    own = checked(tx, "person", ask.own, {}, whole=True)
    with keeping(tx) as kept:
        (person_id,) = add_people(tx, [ask.values_of_person])
        set_departments(tx, {person_id: ask.departments}, fresh=True)
        set_regions(tx, {person_id: list(dict.fromkeys(ask.area_codes))}, fresh=True)
        set_contacts(tx, {person_id: ask.reachable}, fresh=True)
        set_own(tx, {person_id: own} if own else {})
        if ask.login:
            set_logins(tx, [(person_id, usable_login(ask.login))])
        kept.added(PEOPLE, [person_id])
    return SavedPerson(id=person_id, version=1, name=f"{ask.family_name} {ask.given_name}".strip())


@operation("people.edit", N_("Change a person"), touches="person")
def edit_person(tx: Transaction, ask: EditedPerson) -> SavedPerson:
    """Change a person by hand (変更); what is empty in the form is cleared, but an account stays.

    Raises:
        NotFound: when the person or a department is out of reach.
        Conflict: when somebody else changed the person after the form was opened.
        Invalid: when code, mail address or login name belong to somebody else.
        Refused: when the login name of an account that may do more would change, or it would get a new mail address.
    """
    alone(tx)
    person = person_within(tx, edit_person, ask.id, lock=True)
    if person.erased_at is not None:
        raise Refused(N_("This person was erased: nobody knows any more who it was. Add the person anew."))
    if person.version != ask.version:
        raise changed_meanwhile(tx, person)
    before = shown(tx, person)
    check_unique(tx, ask, person.id)
    check_departments(tx, edit_person.reach(tx), [place.id for place in before.departments], ask.departments)
    check_areas(tx, ask.area_codes)
    _check_sign_in(tx, ask, before)
    own = checked(tx, "person", ask.own, person.own, whole=False)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        change_people(tx, {person.id: ask.values_of_person})
        set_departments(tx, {person.id: ask.departments})
        set_regions(tx, {person.id: list(dict.fromkeys(ask.area_codes))})
        set_contacts(tx, {person.id: ask.reachable})
        set_own(tx, {person.id: own} if own != person.own else {})
        if ask.login:
            set_logins(tx, [(person.id, usable_login(ask.login))])
    tx.session.refresh(person)
    after = shown(tx, person)
    # Names only: what a person is called is personal, and stands in the erasable part of the record.
    tx.note(
        f"person:{person.id}",
        None,
        [name for name in ask.model_dump() if getattr(before, name, None) != getattr(after, name, None)],
    )
    return SavedPerson(id=person.id, version=person.version, name=person.name)


def _check_sign_in(tx: Transaction, ask: EditedPerson, before: PersonDetail) -> None:
    # To a mail address goes the link for a new password, and by it an identity at a provider finds its account.
    renamed = bool(ask.login) and usable_login(ask.login) != before.login
    new_mails = set(ask.reachable.mails) - {before.mail1, before.mail2, before.mail3}
    if (renamed or new_mails) and more_powerful(tx, Person.id == ask.id):
        raise Refused(MORE_POWERFUL)


def changed_meanwhile(tx: Transaction, person: Person) -> Conflict:
    """Return the error that says who changed a person meanwhile, and when."""
    name = func.btrim(Person.family_name + " " + Person.given_name)
    who = tx.scalar(
        select(func.coalesce(name, AuditRecord.actor))
        .outerjoin(Account, Account.id == AuditRecord.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(AuditRecord.subject == f"person:{person.id}", AuditRecord.at == person.updated_at)
        .order_by(AuditRecord.id.desc())
        .limit(1)
    )
    when = f"{jst(person.updated_at):%Y/%m/%d %H:%M}"
    if who is None:
        return Conflict(
            N_("This person was changed by an import at {when}. Open the page again and repeat your change."), when=when
        )
    return Conflict(
        N_("{who} changed this person at {when}. Open the page again and repeat your change."), who=who, when=when
    )
