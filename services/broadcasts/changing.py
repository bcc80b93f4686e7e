"""What changing templates, forms and the rules that use them has in common; each brings its own sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.errors import NotFound, Refused
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.columns import Versioned
from data.models.procedures import SendingProcedure
from services.broadcasts.sight import require_version
from services.changes import Kind, keeping

V = TypeVar("V", bound=Versioned)


def for_change(tx: Transaction, model: type[V], row_id: int | None, version: int | None, gone: str) -> V:
    """Return a locked row, or for ``None`` a new one; the version that is saved is one higher.

    Raises:
        NotFound: with the sentence ``gone``, when it was deleted meanwhile.
        Conflict: when its version is another than the one the actor saw.
    """
    if row_id is None:
        row = model()
        row.version = 0
        return row
    there = tx.get(model, row_id, lock=True)
    if there is None:
        raise NotFound(gone)
    require_version(there.version, version)
    return there


@contextmanager
def saving(tx: Transaction, kind: Kind, row: Any) -> Iterator[None]:
    """Keep as a change-set what becomes of a row of ``for_change`` inside, and store it under its next version."""
    with keeping(tx) as kept:
        made = not row.version
        if not made:
            kept.watch(kind, [row.id])
        row.version += 1
        yield
        tx.add(row)
        if made:
            kept.added(kind, [row.id])


def require_free_name(tx: Transaction, model: Any, name: str, row_id: int | None, taken: str) -> None:
    """Raise Refused with the sentence ``taken`` when another row has the name."""
    if tx.scalar(select(model.id).where(model.name == name)) not in {None, row_id}:
        raise Refused(taken, name=name)


def delete_unused(tx: Transaction, row: MailTemplate | QuestionForm | SendingProcedure, used: str) -> None:
    """Delete a row; raise Refused with the sentence ``used`` when something of another room needs it."""
    name = row.name
    try:
        with tx.session.begin_nested():  # a key that another room holds on it must not end the transaction
            tx.session.delete(row)
            tx.session.flush()
    except IntegrityError as error:
        raise Refused(used, name=name) from error
