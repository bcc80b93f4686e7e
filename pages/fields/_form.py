"""The form of an own field, new or present."""

from core.i18n import N_, _
from pages import kit
from services.fields import OwnFieldRow, add_field, edit_field
from services.fields.choices import write_choices

MARKS = ("required", "applicable")
ROWS: kit.Layout = [("label_ja", "label_en"), ("kind", "decimals"), "choices", "help", MARKS]


def edit(row: OwnFieldRow | None) -> None:
    """Show the form of a field, or of a new one."""
    if row is None:
        key = "field-new"
        rows: kit.Layout = [
            ("label_ja", "label_en"),
            ("code", "kind"),
            "choices",
            "decimals",
            "help",
            ("required", "applicable"),
        ]
        saved = kit.operate(add_field, key, rows=rows, submit=_(N_("Add")), done=_(N_("The field was added.")))
        kit.close_after(saved, key)
        return
    key = f"field-{row.id}-{row.version}"
    changed = kit.operate(
        edit_field, key, initial={**dict(row), "choices": write_choices(row.choices)}, rows=ROWS,
        fills={"id": row.id, "version": row.version}, submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    kit.close_after(changed, key)
