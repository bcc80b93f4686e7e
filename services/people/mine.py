"""What is kept of oneself (自分の情報): for the own page of every account."""

from core.errors import NotAllowed
from core.i18n import N_
from core.inputs import Nothing, Row
from core.operations import query
from core.transaction import Transaction
from data.models.people import Person
from services.people.homes import shown_postal_code
from services.people.show import Place, places_of


class OwnPerson(Row):
    """The register's record of oneself, as far as it is nobody's judgement of one."""

    id: int
    code: str
    name: str
    kana: str
    departments: list[Place]
    postal_code: str
    address: str


@query("people.mine", N_("See the own record"), own=True)
def own_person(tx: Transaction, _ask: Nothing) -> OwnPerson:
    """Return the own name, number, departments and home address.

    Raises:
        NotAllowed: when it is nobody with an account who asks.
    """
    person = tx.get(Person, tx.actor.person_id) if tx.actor.person_id is not None else None
    if person is None:
        raise NotAllowed(N_("Only somebody with an account can do this."))
    return OwnPerson(
        id=person.id, code=person.code, name=person.name,
        kana=f"{person.family_kana} {person.given_kana}".strip(), departments=places_of(tx, person.id),
        postal_code=shown_postal_code(person.postal_code), address=person.address,
    )  # fmt: skip
