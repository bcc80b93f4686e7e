"""Changes (変更セット, N09): what each operation changed, the history of each record, and undoing it.

A room whose records shall have a history declares their ``Kind`` once and keeps its changes inside ``keeping``::

    with keeping(tx) as kept:
        kept.watch(PEOPLE, ids)             # before: those that may be changed or removed
        ...                                 # the change, in as few statements as it takes
        kept.added(PEOPLE, new_ids)

The list, the pages, the history and the undo follow from that.
"""

from data.models.changes import ChangeAction, Standing, UndoState
from services.changes import retained, words  # noqa: F401 - declare what is kept how long, and words
from services.changes.erasing import erase
from services.changes.keeper import Keeper, keeping
from services.changes.kinds import RETIRED, Field, Kind, Say, Undoing, Values, Wanted, kind_of, kinds, register
from services.changes.rows import RowKind, referred_to
from services.changes.saying import moment_of
from services.changes.search import history, kind_choices, list_records, search_sets, set_of, show_set
from services.changes.standing import current, list_standing
from services.changes.steps import prepare_undo, show_undo, undo

__all__ = [
    "RETIRED", "ChangeAction", "Field", "Keeper", "Kind", "RowKind", "Say", "Standing", "UndoState", "Undoing",
    "Values", "Wanted", "current", "erase", "history", "keeping", "kind_choices", "kind_of", "kinds", "list_records",
    "list_standing", "moment_of", "prepare_undo", "referred_to", "register", "search_sets", "set_of", "show_set",
    "show_undo", "undo",
]  # fmt: skip
