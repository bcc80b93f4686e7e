"""Somebody new in the register who was asked to come (入会): with as little as an account needs."""

from sqlalchemy import func, select, update

from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from services.changes import keeping
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.store import PersonValues, Reachable, add_people, set_contacts, set_departments

PREFIX = "M"


def add_member(
    tx: Transaction, *, names: tuple[str, str], mail: str, department_id: int | None, language: str
) -> int:  # fmt: skip
    """Add a person by the family and given name, with a mail address that works, and return the id.

    The code is the next free ``M`` and number; the organisation changes it to its own.
    """
    alone(tx)
    with keeping(tx) as kept:
        (person_id,) = add_people(tx, [PersonValues(_free_code(tx), *names, "", "", language)])
        set_departments(tx, {person_id: (department_id,) if department_id is not None else ()}, fresh=True)
        set_contacts(tx, {person_id: Reachable((mail,), None)}, fresh=True)
        kept.added(PEOPLE, [person_id])
    note_that_it_works(tx, person_id, mail)
    return person_id


def note_that_it_works(tx: Transaction, person_id: int, mail: str) -> None:
    """Note that a mail address of a person works: a link that was sent there was opened."""
    mine = (ContactPoint.person_id == person_id, ContactPoint.kind == ContactKind.MAIL)
    theirs = update(ContactPoint).where(*mine, func.lower(ContactPoint.value) == mail.lower())
    tx.execute(theirs.values(state=ContactState.WORKS, state_at=tx.now, reason=None))


def _free_code(tx: Transaction) -> str:
    # The highest as text is the highest number too: all have six digits. An index on the code finds it.
    numbered = Person.code.regexp_match(rf"^{PREFIX}[0-9]{{6}}$")
    between = Person.code.between(f"{PREFIX}000000", f"{PREFIX}999999")
    highest = tx.scalar(select(Person.code).where(between, numbered).order_by(Person.code.desc()).limit(1))
    return f"{PREFIX}{int(highest.removeprefix(PREFIX)) + 1 if highest else 1:06}"
