"""Mails to those whom comments call: whether somebody wants them, and which went out."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("account", sa.Column("call_mails", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("comment_mention", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("comment_mention", "mailed_at")
    op.drop_column("account", "call_mails")
