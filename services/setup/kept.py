"""Kinds of contact as records whose changes are kept (変更履歴), and how an undo brings them back (X01)."""

from collections.abc import Iterable
from typing import Any

from core.i18n import N_, _
from core.shown import said
from core.transaction import Transaction
from data.models.setup import PlannedContact
from services.changes import Field, RowKind, Say, Values, register
from services.setup.features import FEATURES

TITLES = {feature.key: feature.title for feature in FEATURES}


class PlannedContacts(RowKind):
    """Kinds of contact of the operations plan."""

    name = "planned_contact"
    label = N_("Kind of contact")
    reads = "setup.contacts"
    model = PlannedContact
    source = "planned_contact"
    key = "planned_contact.id"
    page = "setup/plan.py"
    order = 60
    fields = (
        Field("name", N_("Name"), "planned_contact.name"),
        Field("feature", N_("Carried by"), "planned_contact.feature"),
        Field("note", N_("Note"), "planned_contact.note"),
    )

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes features by their titles."""
        del tx, values

        def say(name: str, value: Any) -> str:
            return _(TITLES[value]) if name == "feature" and value in TITLES else said(value)

        return say


CONTACTS = register(PlannedContacts())
