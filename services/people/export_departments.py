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
from services.access import departments_within
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
        select(Department.code, Department.name, Department.full_name, above.id, above.code.label("parent_code"))
        .outerjoin(above, above.id == Department.parent_id)
        .where(Department.retired_at.is_(None), departments_within(export_departments.reach(tx)))
        .order_by(Department.full_name)
    ).all()
    coded = all(row.code and (row.id is None or row.parent_code) for row in rows)
    head = BY_CODE if coded and rows else BY_PATH
    cells = [
        {"code": row.code or "", "name": row.name, "parent_code": row.parent_code or "", "path": row.full_name}
        for row in rows
    ]
    content = csvout.lines([[HEADING[name] for name in head], *([one[name] for name in head] for one in cells)])
    return CsvFile(
        filename=f"departments_{clock.today():%Y%m%d}.csv", content=content.encode("utf-8-sig"), rows=len(rows)
    )
