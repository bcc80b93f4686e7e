"""who answers for a directory connection: what happens at night is measured by what that account may do."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; so far it is whoever added the connection."""
    op.add_column("directory_connection", sa.Column("answers_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_directory_connection_answers_id_account"), "directory_connection", "account", ["answers_id"], ["id"]
    )
    op.create_index(op.f("ix_directory_connection_answers_id"), "directory_connection", ["answers_id"])
    op.execute("UPDATE directory_connection SET answers_id = created_by")


def downgrade() -> None:
    """Go back."""
    op.drop_column("directory_connection", "answers_id")
