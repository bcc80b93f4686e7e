"""The permission master (権限マスタ(操作), X06): every process by category, straight from the registry."""

import inspect
from dataclasses import dataclass
from typing import Any, get_origin

from sqlalchemy import select

from core.actor import What
from core.i18n import N_, _
from core.inputs import Nothing, Row
from core.operations import Operation, Process, Query, query, registered
from core.paging import Page
from core.transaction import Transaction
from core.words import named
from services.access.everybody import everybody_creates
from services.access.shipped import WRITING

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
    "invitations": N_("Invitations"),
    "scim": N_("SCIM"),
    "network": N_("Contact network"),
    "applications": N_("Profile applications"),
    "directory": N_("Directory sync"),
    "fields": N_("Own fields"),
    "changes": N_("Changes"),
    "delivery": N_("Delivery"),
    "registration": N_("Registration of contact points"),
    "broadcasts": N_("Broadcasts"),
    "safety": N_("Safety confirmation"),
    "webhooks": N_("Webhooks"),
    "privacy": N_("Privacy"),
    "desk": N_("Own desk"),
    "comments": N_("Comments"),
    "home": N_("Home and notices"),
    "setup": N_("Setup"),
}


@dataclass(frozen=True)
class Grantable:
    """One box of the permission master: a process and what may be done with it."""

    process: Process[Any, Any]
    what: What

    @property
    def grant(self) -> str:
        """Return how a permission set names it, for instance ``people.search:export``."""
        return f"{self.process.name}:{self.what}"


def grantable() -> list[Grantable]:
    """Return everything that can be granted, straight from the registry.

    A list can be read, and taken out as a file by those who were granted that as well. What everybody may do for
    themselves is not among it.
    """
    boxes = []
    for process in registered():
        if not process.own:
            boxes.append(Grantable(process, process.what))
            if isinstance(process, Query) and process.what is What.READ and _is_list(process):
                boxes.append(Grantable(process, What.EXPORT))
    return boxes


def _is_list(process: Query[Any, Any]) -> bool:
    answer = inspect.signature(process.function, eval_str=True).return_annotation
    return get_origin(answer) is Page


def category_title(category: str) -> str:
    """Return what people call a category of processes."""
    return _(CATEGORIES.get(category, category))


def place_of(process: str) -> tuple[int, str]:
    """Return where a process stands in the permission master: categories in their order, in each by name."""
    order, category = list(CATEGORIES), process.partition(".")[0]
    return order.index(category) if category in order else len(order), process


class ProcessRow(Row):
    """One line of the permission master. ``grant`` is how a permission set names it.

    ``everybody``: besides those who are given it, every account may, with what it made itself (D10).
    """

    grant: str
    category: str
    category_title: str
    process: str
    title: str
    what: What
    changes: bool
    everybody: bool = False


@query("access.processes", N_("See the permission master"))
def list_processes(tx: Transaction, _ask: Nothing) -> list[ProcessRow]:
    """Return everything that can be granted; what everybody may do for themselves is not in it."""
    all_users = WRITING if tx.scalar(select(everybody_creates())) else ()
    rows = [
        ProcessRow(
            grant=box.grant,
            category=box.process.category,
            category_title=category_title(box.process.category),
            process=box.process.name,
            title=box.process.title,
            what=box.what,
            changes=isinstance(box.process, Operation),
            everybody=box.grant in all_users,
        )
        for box in grantable()
    ]
    return sorted(rows, key=lambda row: place_of(row.process))
