"""Keeping the tree of departments in step: paths, full names and depths follow from parents and names."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator
from sqlalchemy import text

from core.i18n import N_
from core.inputs import WrongValue
from core.text import composed, shown
from core.transaction import Transaction
from data.models.people import LONGEST as LONGEST_SHOWN
from services.access import LEFT_OUT
from services.access import SEPARATOR as SEPARATOR  # noqa: PLC0414 - part of the tree
from services.people.store import copy_rows
from services.people.text import LONGEST

RESERVED = "/／>＞;；、"
"""These stand between departments in a CSV, so no name has them."""

Key = int | str | tuple[str, ...]
"""The id of a department that is there, or what a caller calls one that is to be made."""

LATER = text("SET CONSTRAINTS uq_department_parent_id_name, uq_department_code DEFERRED")
NOW = text("SET CONSTRAINTS uq_department_parent_id_name, uq_department_code IMMEDIATE")
DRAW = text("SELECT nextval(pg_get_serial_sequence('department', 'id')) FROM generate_series(1, :count)")
CHANGE = text("""
    UPDATE department SET parent_id = new.parent_id, name = new.name, code = new.code, version = version + 1
    FROM unnest(
        CAST(:ids AS bigint[]), CAST(:parents AS bigint[]), CAST(:names AS text[]), CAST(:codes AS text[])
    ) AS new (id, parent_id, name, code)
    WHERE department.id = new.id
""")
REFRESH = text("""
    WITH RECURSIVE tree AS (
        SELECT id, name, name::text AS top, '/' || id || '/' AS path, name::text AS full_name,
               left(name, :longest) AS sort_key, length(name) AS letters, 0::bigint AS depth
        FROM department WHERE parent_id IS NULL
        UNION ALL
        SELECT below.id, below.name, tree.top, tree.path || below.id || '/',
               CASE WHEN tree.depth < 2 OR tree.letters + length(:separator || below.name) <= :longest
                    THEN tree.full_name || :separator || below.name
                    ELSE tree.top || :left_out || tree.name || :separator || below.name
               END,
               left(tree.sort_key || :separator || below.name, :longest),
               tree.letters + length(:separator || below.name), tree.depth + 1
        FROM tree CROSS JOIN LATERAL (
            -- Asked for by index, whatever PostgreSQL expects: to go through all departments once a level takes long.
            SELECT id, name FROM department WHERE parent_id = tree.id OFFSET 0
        ) AS below
    )
    UPDATE department
    SET path = tree.path, full_name = tree.full_name, sort_key = tree.sort_key, depth = tree.depth
    FROM tree
    WHERE department.id = tree.id
      AND (department.path, department.full_name, department.sort_key, department.depth)
          IS DISTINCT FROM (tree.path, tree.full_name, tree.sort_key, tree.depth)
""")


class Node(NamedTuple):
    """A department with its place in the tree, to be made or changed."""

    key: Key
    parent: Key | None
    name: str
    code: str | None


def store_departments(tx: Transaction, new: Sequence[Node], changed: Sequence[Node]) -> dict[Key, int]:
    """Make and change departments at once, whatever their order, and return the ids of the new ones by key.

    Names may be exchanged between them. Callers hold the lock and have checked that the outcome is a tree.
    """
    if not new and not changed:
        return {}
    ids: dict[Key, int] = {}
    tx.execute(LATER)
    for node, key in zip(new, tx.execute(DRAW, {"count": len(new)}).scalars(), strict=True):
        ids[node.key] = key
    copy_rows(tx, "department", ("id", "parent_id", "code", "name", "path", "full_name", "depth"), (
        (ids[node.key], _id_of(node.parent, ids), node.code, node.name, "", f"#{ids[node.key]}", 0) for node in new
    ))  # fmt: skip
    if changed:
        tx.execute(CHANGE, {
            "ids": [node.key for node in changed], "parents": [_id_of(node.parent, ids) for node in changed],
            "names": [node.name for node in changed], "codes": [node.code for node in changed],
        })  # fmt: skip
    refresh_tree(tx)
    tx.execute(NOW)
    return ids


def refresh_tree(tx: Transaction) -> int:
    """Work out every path, full name and depth anew from parents and names; return how many departments changed."""
    tx.session.flush()
    left_out = f"{SEPARATOR}{LEFT_OUT}{SEPARATOR}"
    changed = tx.changed_rows(REFRESH, {"separator": SEPARATOR, "left_out": left_out, "longest": LONGEST_SHOWN})
    tx.session.expire_all()
    return changed


def _id_of(key: Key | None, ids: Mapping[Key, int]) -> int | None:
    return key if key is None or isinstance(key, int) else ids[key]


def department_name(value: str) -> str:
    """Return the name of a department: trimmed, every letter as written, without what separates departments.

    Raises:
        WrongValue: when it has one of the separators, or is what stands for names that are left out.
    """
    name = shown(composed(value).strip(), LONGEST)
    if name == LEFT_OUT:
        raise WrongValue(N_("“{name}” stands for names that are left out. Write all names from the top."), name=name)
    for letter in RESERVED:
        if letter in name:
            raise WrongValue(
                N_("The name of a department has no {letter}: it stands between departments in a CSV."), letter=letter
            )
    return name


DepartmentName = Annotated[str, AfterValidator(department_name)]
