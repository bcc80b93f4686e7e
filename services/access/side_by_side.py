"""Several permission sets changed at once, as they stand side by side in the permission master (権限マスタ, X06)."""

from pydantic import BaseModel, ConfigDict

from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from services.access.sets import check_change, granted_by, loaded, noted, pairs_of, store


class ChangedSet(BaseModel):
    """What changes in one set: grants that come and go, and the set's version that was looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int
    version: int
    given: list[str] = []
    taken: list[str] = []


class ChangedSets(Input):
    """What changes in several sets, all of it or nothing."""

    sets: list[ChangedSet] = field(N_("Permission sets"), min_length=1, max_length=200, hidden=True)


class SetsChanged(Row):
    """How many sets were changed."""

    sets: int


@operation("access.edit_sets", N_("Change several permission sets at once"), touches="permission_set")
def edit_sets(tx: Transaction, ask: ChangedSets) -> SetsChanged:
    """Give and take grants in several permission sets, by the same rules as in one (権限マスタ一括編集, X06).

    Raises:
        NotFound: when a set is gone.
        Conflict: when somebody else changed one meanwhile.
        Invalid: when a grant names no process.
        Refused: when a set stands there twice, or the actor may not do all that changes as far.
    """
    if len({one.id for one in ask.sets}) != len(ask.sets):
        raise Refused(N_("A permission set stands there twice."))
    for one in sorted(ask.sets, key=lambda one: one.id):  # in one order for everybody, so that nobody waits in a circle
        found = loaded(tx, one.id, one.version)
        before = granted_by(tx, one.id)
        wanted = (before | pairs_of(one.given)) - pairs_of(one.taken)
        check_change(tx, found, one.id, before, wanted)
        tx.note(f"permission_set:{one.id}", noted(found, before), noted(found, wanted))
        found.version += 1
        tx.add(found)
        store(tx, one.id, before, wanted)
    return SetsChanged(sets=len(ask.sets))
