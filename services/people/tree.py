"""Keeping the tree of departments in step: paths, full names and depths follow from parents and names."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import text

from core.i18n import N_
from core.inputs import WrongValue
from core.transaction import Transaction
from services.people.text import LONGEST, shown

SEPARATOR = " / "
RESERVED = "/／>＞;；、"
"""These stand between departments in a CSV, so no name has them."""

DEEPEST = 100

REFRESH = text("""
    WITH RECURSIVE tree AS (
        SELECT id, name, '/' || id || '/' AS path, name::text AS full_name, 0::bigint AS depth
        FROM department WHERE parent_id IS NULL
        UNION ALL
        SELECT below.id, below.name, tree.path || below.id || '/', tree.full_name || :separator || below.name,
               tree.depth + 1
        FROM department below JOIN tree ON below.parent_id = tree.id
    )
    UPDATE department SET path = tree.path, full_name = tree.full_name, depth = tree.depth
    FROM tree
    WHERE department.id = tree.id
      AND (department.path, department.full_name, department.depth)
          IS DISTINCT FROM (tree.path, tree.full_name, tree.depth)
""")


def refresh_tree(tx: Transaction) -> int:
    """Work out every path, full name and depth anew from parents and names; return how many departments changed."""
    tx.session.flush()
    changed = tx.changed_rows(REFRESH, {"separator": SEPARATOR})
    tx.session.expire_all()
    return changed


def department_name(value: str) -> str:
    """Return the name of a department: trimmed, every letter as written, without what separates departments.

    Raises:
        WrongValue: when it has one of the separators.
    """
    name = shown(unicodedata.normalize("NFC", value).strip(), LONGEST)
    for letter in RESERVED:
        if letter in name:
            raise WrongValue(
                N_("The name of a department has no {letter}: it stands between departments in a CSV."), letter=letter
            )
    return name


DepartmentName = Annotated[str, AfterValidator(department_name)]
