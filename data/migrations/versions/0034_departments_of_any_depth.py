"""departments of any depth.

A line of names is unique by parent and name (no name holds the separator), so it needs no index of its own length.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0029"
branch_labels = None
depends_on = None

SHORTEN = """
    UPDATE department
    SET full_name = names[1] || ' / … / ' || names[cardinality(names) - 1] || ' / ' || names[cardinality(names)]
    FROM (
        SELECT id, string_to_array(full_name, ' / ') AS names FROM department WHERE length(full_name) > 200
    ) AS long
    WHERE department.id = long.id AND cardinality(names) > 3
"""
WHOLE = """
    WITH RECURSIVE tree AS (
        SELECT id, name::text AS full_name FROM department WHERE parent_id IS NULL
        UNION ALL
        SELECT below.id, tree.full_name || ' / ' || below.name
        FROM department below JOIN tree ON below.parent_id = tree.id
    )
    UPDATE department SET full_name = tree.full_name FROM tree
    WHERE department.id = tree.id AND department.full_name <> tree.full_name
"""


def upgrade() -> None:
    """Go forward."""
    op.add_column("department", sa.Column("sort_key", sa.String(collation="C"), server_default="", nullable=False))
    op.drop_constraint("uq_department_full_name", "department", type_="unique")
    op.drop_index("ix_department_path", table_name="department")
    op.execute("UPDATE department SET sort_key = left(full_name, 200)")
    op.execute(SHORTEN)
    stem: sa.ColumnClause[str] = sa.literal_column('"left"(path, 500)')
    op.create_index("ix_department_stem", "department", [stem])
    op.create_index("ix_department_order", "department", ["sort_key", stem, "depth", "id"])


def downgrade() -> None:
    """Go back; departments whose lines or paths have no room in an index (some 2,700 bytes) are in the way of it."""
    op.drop_index("ix_department_order", table_name="department")
    op.drop_index("ix_department_stem", table_name="department")
    op.execute(WHOLE)
    op.create_index("ix_department_path", "department", ["path"])
    op.create_unique_constraint(
        "uq_department_full_name", "department", ["full_name"], deferrable=True, initially="IMMEDIATE"
    )
    op.drop_column("department", "sort_key")
