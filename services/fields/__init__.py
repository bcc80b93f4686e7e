"""Own fields (独自項目, N08): fields that administrators add to records by themselves, without a migration.

A room whose records shall have them keeps a column ``own`` (JSONB) and declares its noun once::

    PERSON = register(Noun("person", N_("People"), reads="people.show", own=Person.own, ...))

and asks ``checked`` for what a form or a machine sends, ``said`` for the words of what is kept, ``conditions`` for what
a filter means. Everything else (the page of definitions, history, files) follows from the declaration.
"""

from data.models.fields import OwnKind
from services.fields import words  # noqa: F401 - gives kinds their words
from services.fields.conditions import conditions, parted
from services.fields.definitions import OwnChoice, OwnFieldRow, own_fields
from services.fields.edit import add_field, edit_field
from services.fields.nouns import Noun, Referable, noun_of, nouns, refers, register
from services.fields.order import move_field, reinstate_field, retire_field
from services.fields.queries import offered_fields, search_fields
from services.fields.reading import Unfound, cleaned, fits, missing, read_cells
from services.fields.saying import Words, words_for
from services.fields.values import FIELD, checked, faults

__all__ = [
    "FIELD", "Noun", "OwnChoice", "OwnFieldRow", "OwnKind", "Referable", "Unfound", "Words", "add_field", "checked",
    "cleaned", "conditions", "edit_field", "faults", "fits", "missing", "move_field", "noun_of", "nouns",
    "offered_fields", "own_fields", "parted", "read_cells", "refers", "register", "reinstate_field", "retire_field",
    "search_fields", "words_for",
]  # fmt: skip
