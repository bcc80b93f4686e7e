"""an answer finds room beside the row it changes, and steps of replies are kept as they are for their few seconds."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.execute("ALTER TABLE recipient SET (fillfactor = 30)")
    op.execute("ALTER TABLE reply_step SET (toast_tuple_target = 8160)")


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE reply_step RESET (toast_tuple_target)")
    op.execute("ALTER TABLE recipient SET (fillfactor = 75)")
