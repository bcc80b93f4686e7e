"""Departments as a CSV in the layout of the import: a file that nobody touched changes nothing when it comes back."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core import clock, csvout
from core.actor import What
from core.i18n import N_
from core.inputs import Nothing
from core.operations import query
from core.transaction import Transaction
from data.models.people import Department
from services.access import TREE_ORDER, departments_within, whole_names
from services.people.csv_file import CsvFile
from services.people.imports.headings import DEPARTMENTS

HEADING = {column.field: column.heading for column in DEPARTMENTS}
BY_CODE = ("code", "name", "parent_code", "path")
BY_PATH = ("path", "code")


@query("people.export_departments", N_("Export departments as a CSV"), does=What.EXPORT)
def export_departments(tx: Transaction, _ask: Nothing) -> CsvFile:
    """Return the departments in use within reach as a CSV (UTF-8 with BOM), each below the one it belongs to.

    If all of them have codes the file goes by codes, so that departments can be renamed and moved in it; else by their
    names from the top, so that codes can be given.
    """
    above = aliased(Department)
    rows = tx.execute(
        select(
            Department.id,
            Department.code,
            Department.name,
            Department.full_name,
            Department.parent_id,
            above.code.label("parent_code"),
        )
        .outerjoin(above, above.id == Department.parent_id)
        .where(Department.retired_at.is_(None), departments_within(export_departments.reach(tx)))
        .order_by(*TREE_ORDER)
    ).all()  # fmt: skip
    coded = all(row.code and (row.parent_id is None or row.parent_code) for row in rows)
    head = BY_CODE if coded and rows else BY_PATH
    # Beside codes the names from the top are there to be read only, and long lines are shown as everywhere.
    lines = {row.id: row.full_name for row in rows}
    lines = lines if head is BY_CODE else whole_names(tx, lines.items())
    cells = [
        {"code": row.code or "", "name": row.name, "parent_code": row.parent_code or "", "path": lines[row.id]}
        for row in rows
    ]
    content = csvout.lines([[HEADING[name] for name in head], *([one[name] for name in head] for one in cells)])
    return CsvFile(
        filename=f"departments_{clock.today():%Y%m%d}.csv", content=content.encode("utf-8-sig"), rows=len(rows)
    )
