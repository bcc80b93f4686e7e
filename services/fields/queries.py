"""Own fields as the page of settings lists them, and as every page asks for those of its records."""

from core.i18n import N_
from core.inputs import Input, field
from core.operations import find, query
from core.transaction import Transaction
from services.fields.definitions import OwnFieldRow, own_fields
from services.fields.nouns import noun_of


class FieldsAsk(Input):
    """Of which records, and whether those out of use are wanted as well."""

    noun: str = field(N_("Records"), default="person", max_length=50, hidden=True)
    retired: bool = field(N_("Those out of use as well"), default=False)


class OfferedAsk(Input):
    """Of which records."""

    noun: str = field(N_("Records"), default="person", max_length=50, hidden=True)


@query("fields.search", N_("See the settings of own fields"))
def search_fields(tx: Transaction, ask: FieldsAsk) -> list[OwnFieldRow]:
    """Return the own fields of a noun in their order.

    Raises:
        NotFound: when such records cannot have own fields.
    """
    return own_fields(tx, noun_of(ask.noun).name, retired=ask.retired)


@query("fields.offered", N_("See which own fields the records have that one may see"), own=True)
def offered_fields(tx: Transaction, ask: OfferedAsk) -> list[OwnFieldRow]:
    """Return the own fields in use of records that the asker may see; of others there are none.

    Raises:
        NotFound: when such records cannot have own fields.
    """
    noun = noun_of(ask.noun)
    return own_fields(tx, noun.name) if find(noun.reads).allowed(tx.actor) else []
