"""What everybody may do with the own account: sign out, change the password, choose the language."""

from core.i18n import N_
from core.inputs import Nothing
from core.operations import operation
from core.transaction import Transaction
from services.access.sessions import end_session


@operation("access.sign_out", N_("Sign out"), touches="sign_in_session", own=True)
def sign_out(tx: Transaction, ask: Nothing) -> None:  # noqa: ARG001 - every operation is asked with something
    """End the session of this browser (ログアウト)."""
    if tx.actor.session_id is not None:
        end_session(tx, tx.actor.session_id)
