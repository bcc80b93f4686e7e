"""The permission master (権限マスタ(操作), X06): every process by category, straight from the registry."""

from core.actor import What
from core.i18n import N_, _
from core.inputs import Nothing, Row
from core.operations import Operation, query, registered
from core.transaction import Transaction
from core.words import named

named(
    What,
    read=N_("Read"),
    do=N_("Do"),
    approve=N_("Approve"),
    export=N_("Take out as a file"),
    bulk=N_("Change many at once"),
)
CATEGORIES = {
    "access": N_("Access"),
    "people": N_("People"),
    "delivery": N_("Delivery"),
    "broadcasts": N_("Broadcasts"),
    "safety": N_("Safety confirmation"),
    "setup": N_("Setup"),
}


class ProcessRow(Row):
    """One line of the permission master. ``grant`` is how a permission set names it."""

    grant: str
    category: str
    category_title: str
    process: str
    title: str
    what: What
    changes: bool


@query("access.processes", N_("See the permission master"))
def list_processes(_tx: Transaction, _ask: Nothing) -> list[ProcessRow]:
    """Return everything that can be granted; what everybody may do for themselves is not in it."""
    rows = [
        ProcessRow(
            grant=f"{process.name}:{process.what}",
            category=process.category,
            category_title=_(CATEGORIES.get(process.category, process.category)),
            process=process.name,
            title=process.title,
            what=process.what,
            changes=isinstance(process, Operation),
        )
        for process in registered()
        if not process.own
    ]
    order = list(CATEGORIES)
    return sorted(
        rows, key=lambda row: (order.index(row.category) if row.category in order else len(order), row.process)
    )
