"""kinds of imports."""

from alembic import op

revision = "0024"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = ("people", "departments")
NOW = (*BEFORE, "memberships", "roles", "regions")


def upgrade() -> None:
    """Go forward."""
    _allow(NOW)


def downgrade() -> None:
    """Go back; imports of kinds that there were not go with what they left."""
    op.execute("DELETE FROM people_import WHERE kind IN ('memberships', 'roles', 'regions')")
    _allow(BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_people_import_importkind"), "people_import", type_="check")
    op.create_check_constraint(op.f("ck_people_import_importkind"), "people_import", f"kind IN ({listed})")
