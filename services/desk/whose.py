"""Whose desk it is."""

from core.errors import NotAllowed
from core.i18n import N_
from core.transaction import Transaction


def own_account_id(tx: Transaction) -> int:
    """Return the account that acts.

    Raises:
        NotAllowed: when it is the system: it keeps nothing for itself.
    """
    if tx.actor.account_id is None:
        raise NotAllowed(N_("Only somebody with an account can do this."))
    return tx.actor.account_id
