"""Home (ホーム): what needs the reader today, out of every room."""

from core.finding import FoundKind, find_all
from core.i18n import N_
from core.inputs import Input, Nothing, field
from core.needs import Need, needs_of
from core.operations import query
from core.transaction import Transaction
from services.desk import own_account_id
from services.setup import hidden_pages


@query("home.needs", N_("See what needs oneself today"), own=True)
def what_needs_me(tx: Transaction, _ask: Nothing) -> list[Need]:
    """Return what waits for the asker (要対応), the most urgent first: only what they may see and do.

    What belongs to features that are not in use does not wait for anybody.
    """
    own_account_id(tx)
    hidden = hidden_pages(tx)
    return [need for need in needs_of(tx) if need.page not in hidden]


class FindAsk(Input):
    """The letters that were typed."""

    text: str = field(N_("What to look for"), default="", max_length=100)


@query("home.find", N_("Find anything by a few letters"), own=True)
def find_anything(tx: Transaction, ask: FindAsk) -> list[FoundKind]:
    """Return people, departments, broadcasts and the like that the asker may see, kind by kind (検索)."""
    own_account_id(tx)
    return find_all(tx, ask.text) if ask.text else []
