"""People who leave, and who come back (退職・復帰). Nothing is deleted: answers and records keep their names."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from core.errors import Refused
from core.i18n import N_, listed
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, Department, Membership, Person
from services.access import stop_accounts_of
from services.access.within import more_powerful
from services.changes import keeping
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.main_department import give_main
from services.people.within import ids_within


class Several(Input):
    """Some people."""

    person_ids: list[int] = field(N_("People"), min_length=1, max_length=1_000)


class Counted(Row):
    """How many people it concerned; those for whom nothing was to do are not counted."""

    count: int


@operation("people.retire", N_("Retire people"), touches="person")
def retire_people(tx: Transaction, ask: Several) -> Counted:
    """Retire people: they are asked nothing any more, their accounts are stopped and their sessions end at once.

    Raises:
        NotFound: when one of them is out of reach.
        Refused: when the actor, somebody who may do more, or the last administrator who can sign in is among them.
    """
    alone(tx)
    people = ids_within(tx, retire_people, ask.person_ids)
    if tx.actor.person_id in people:
        raise Refused(N_("You cannot retire yourself. Ask another administrator."))
    _refuse_the_more_powerful(tx, people)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, people)
        retired = mark_retired(tx, people)
        stop_accounts_of(tx, people)
    tx.note("people", None, [f"person:{person}" for person in retired])
    return Counted(count=len(retired))


@operation("people.reinstate", N_("Reinstate people"), touches="person")
def reinstate_people(tx: Transaction, ask: Several) -> Counted:
    """Take retired people back, without the departments that were retired meanwhile. Their accounts stay stopped.

    Raises:
        NotFound: when one of them is out of reach.
        Refused: when somebody else uses one of their mail addresses by now, or one of them was erased.
    """
    alone(tx)
    people = ids_within(tx, reinstate_people, ask.person_ids)
    erased = select(Person.id).where(Person.id == func.any(people), Person.erased_at.is_not(None)).limit(1)
    if tx.scalar(erased) is not None:
        raise Refused(N_("One of these people was erased: nobody knows any more who it was. Add the person anew."))
    if names := _whose_mails_are_taken(tx, people):
        raise Refused(
            N_("Somebody else uses the mail address of {names} by now. Change the address first."),
            names=listed(names),
        )
    with keeping(tx) as kept:
        kept.watch(PEOPLE, people)
        back = mark_back(tx, people)
    tx.note("people", None, [f"person:{person}" for person in back])
    return Counted(count=len(back))


def mark_retired(tx: Transaction, people: Sequence[int]) -> list[int]:
    """Note that people have left; return those who had not already."""
    return _mark(tx, people, Person.retired_at.is_(None), tx.now)


def mark_back(tx: Transaction, people: Sequence[int]) -> list[int]:
    """Note that people are back, without the departments that were retired meanwhile; return those who had left.

    Whose main department is among these gets the first of the others for it.
    """
    back = _mark(tx, people, Person.retired_at.is_not(None), None)
    gone = select(Department.id).where(Department.retired_at.is_not(None))
    tx.execute(delete(Membership).where(Membership.person_id == func.any(back), Membership.department_id.in_(gone)))
    give_main(tx, back)
    tx.session.expire_all()
    return back


def _mark(tx: Transaction, people: Sequence[int], state: object, retired_at: object) -> list[int]:
    statement = (
        update(Person)
        .where(Person.id == func.any(list(people)), state)  # type: ignore[arg-type]
        .values(retired_at=retired_at, version=Person.version + 1, updated_at=tx.now)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(tx.execute(statement).scalars())


def _refuse_the_more_powerful(tx: Transaction, people: Sequence[int]) -> None:
    if more_powerful(tx, Person.id == func.any(list(people))):
        raise Refused(N_("One of these people may do more than you. Ask a system administrator."))


def _whose_mails_are_taken(tx: Transaction, people: Sequence[int]) -> list[str]:
    mine, theirs = ContactPoint.__table__.alias("mine"), ContactPoint.__table__.alias("theirs")
    other = Person.__table__.alias("other")
    rows = tx.execute(
        select(Person)
        .join(mine, mine.c.person_id == Person.id)
        .join(
            theirs,
            (func.lower(theirs.c.value) == func.lower(mine.c.value)) & (theirs.c.person_id != mine.c.person_id),
        )
        .join(other, other.c.id == theirs.c.person_id)
        .where(
            Person.id == func.any(list(people)), Person.retired_at.is_not(None),
            mine.c.kind == ContactKind.MAIL, theirs.c.kind == ContactKind.MAIL,
            other.c.retired_at.is_(None) | other.c.id.in_(list(people)),
        )
        .distinct()
        .limit(5)
    ).scalars()  # fmt: skip
    return [person.name for person in rows]
