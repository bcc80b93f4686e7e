"""the delivery engine: channels of mailings and chunks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())
COLUMNS = (
    ("mailing", sa.Column("short_text", sa.String(), server_default="", nullable=False)),
    ("mailing", sa.Column("channels", JSON, server_default='["mail"]', nullable=False)),
    ("mailing", sa.Column("otherwise", JSON, server_default="[]", nullable=False)),
    ("mailing", sa.Column("resting", JSON, server_default="{}", nullable=False)),
    ("chunk", sa.Column("channel", sa.String(), server_default="mail", nullable=False)),
)


def upgrade() -> None:
    """Go forward."""
    for table, column in COLUMNS:
        op.add_column(table, column)


def downgrade() -> None:
    """Go back."""
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)
