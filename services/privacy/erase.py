"""Erasing one person by hand or on the command line (個人情報の消去): asked for by the person, or by law."""

from sqlalchemy import select

from core.database import allow_longer
from core.errors import Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.people import Person
from services.changes import erase, keeping
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.within import person_within
from services.privacy.people import tell_erased

SECONDS = 120
"""Every text is read for the person's name: longer than a page usually takes."""


class ErasePerson(Input):
    """Whom to erase; ``typed`` is the person's code, typed once more, since nothing brings back what is erased."""

    person_id: int = field(N_("Person"), hidden=True)
    typed: str = field(N_("Code of the person, once more"), min_length=1, max_length=50)


class ErasedPerson(Row):
    """The number under which the row stays."""

    id: int


@operation("privacy.erase_person", N_("Erase people"), touches="person")
def erase_person(tx: Transaction, ask: ErasePerson) -> ErasedPerson:
    """Erase who a person was, wherever it is kept; answers, deliveries and the audit trail stay without it (消去).

    Raises:
        NotFound: when the person is out of reach.
        Invalid: when the code was typed wrong.
        Refused: when the person is not retired, or was erased already.
    """
    alone(tx)
    person = person_within(tx, erase_person, ask.person_id, lock=True)
    if ask.typed != person.code:
        sentence = N_("This is not the code of the person.")
        raise Invalid(sentence, fields={"typed": _(sentence)})
    if person.retired_at is None:
        raise Refused(N_("Retire the person first."))
    if person.erased_at is not None:
        raise Refused(N_("This person was erased already."))
    allow_longer(tx, SECONDS)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [ask.person_id])
        tell_erased(tx, [ask.person_id], search=True)
    erase(tx, PEOPLE, [ask.person_id])
    return ErasedPerson(id=ask.person_id)


def number_of(tx: Transaction, code: str) -> int:
    """Return the number of the person with a code.

    Raises:
        NotFound: when nobody has it.
    """
    found = tx.scalar(select(Person.id).where(Person.code == code))
    if found is None:
        raise NotFound(N_("Nobody has the code {code}."), code=code)
    return int(found)
