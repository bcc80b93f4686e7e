"""who has a permission set is read in the order of names."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

NAMED = """
    CREATE FUNCTION name_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT person.id, person.sort_key INTO NEW.person_id, NEW.sort_key
          FROM account JOIN person ON person.id = account.person_id WHERE account.id = NEW.account_id;
        RETURN NEW;
    END $$
"""
RENAMED = """
    CREATE FUNCTION rename_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE permission_assignment SET sort_key = came.sort_key
          FROM came JOIN went ON went.id = came.id JOIN account ON account.person_id = came.id
         WHERE permission_assignment.account_id = account.id AND went.sort_key <> came.sort_key;
        RETURN NULL;
    END $$
"""
FILL = """
    UPDATE permission_assignment SET person_id = person.id, sort_key = person.sort_key
      FROM account JOIN person ON person.id = account.person_id WHERE account.id = permission_assignment.account_id
"""


def upgrade() -> None:
    """Go forward."""
    op.add_column("permission_assignment", sa.Column("person_id", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "permission_assignment", sa.Column("sort_key", sa.String(collation="C"), server_default="", nullable=False)
    )
    op.execute(FILL)
    op.create_index(
        "ix_permission_assignment_order", "permission_assignment", ["set_id", "sort_key", "person_id", "id"],
        unique=False, postgresql_include=["account_id", "reach"],
    )  # fmt: skip
    op.execute(NAMED)
    op.execute(
        "CREATE TRIGGER named BEFORE INSERT OR UPDATE OF account_id ON permission_assignment "
        "FOR EACH ROW EXECUTE FUNCTION name_assignment()"
    )
    op.execute(RENAMED)
    op.execute(
        "CREATE TRIGGER assignments_renamed AFTER UPDATE ON person REFERENCING OLD TABLE AS went NEW TABLE AS came "
        "FOR EACH STATEMENT EXECUTE FUNCTION rename_assignments()"
    )


def downgrade() -> None:
    """Go back."""
    op.execute("DROP TRIGGER assignments_renamed ON person")
    op.execute("DROP FUNCTION rename_assignments()")
    op.execute("DROP TRIGGER named ON permission_assignment")
    op.execute("DROP FUNCTION name_assignment()")
    op.drop_index("ix_permission_assignment_order", table_name="permission_assignment")
    op.drop_column("permission_assignment", "sort_key")
    op.drop_column("permission_assignment", "person_id")
