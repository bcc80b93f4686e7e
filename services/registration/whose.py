"""Whose contact points it is about (本人): whoever is signed in, or whom a registration link names."""

from core.errors import NotAllowed
from core.i18n import N_
from core.inputs import Input, field
from core.transaction import Transaction


class Whose(Input):
    """Whose contact points: the page of a registration link says it, whoever is signed in leaves it out."""

    person_id: int | None = field(N_("Person"), default=None, hidden=True)


def whose(tx: Transaction, ask: Whose) -> int:
    """Return whose contact points it is about.

    Raises:
        NotAllowed: when it is nobody's, or somebody else's.
    """
    person_id = ask.person_id if tx.actor.is_system else tx.actor.person_id
    if person_id is None or ask.person_id not in {None, person_id}:
        raise NotAllowed(N_("Only somebody with an account can do this."))
    return person_id
