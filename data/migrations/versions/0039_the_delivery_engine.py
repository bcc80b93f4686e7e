"""the delivery engine: channels, policies and paces of mailings; audiences that are worked off in parts."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())
COLUMNS: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("mailing", sa.Column("short_text", sa.String(), server_default="", nullable=False)),
    ("mailing", sa.Column("channels", JSON, server_default='["mail"]', nullable=False)),
    ("mailing", sa.Column("otherwise", JSON, server_default="[]", nullable=False)),
    ("mailing", sa.Column("resting", JSON, server_default="{}", nullable=False)),
    ("mailing", sa.Column("again", sa.Boolean(), server_default="true", nullable=False)),
    ("mailing", sa.Column("urgent", sa.Boolean(), server_default="true", nullable=False)),
    ("mailing", sa.Column("to_come", sa.BigInteger(), server_default="0", nullable=False)),
    ("mail_sender", sa.Column("connections", sa.BigInteger(), server_default="10", nullable=False)),
    ("mail_sender", sa.Column("per_second", sa.BigInteger(), nullable=True)),
    ("broadcast", sa.Column("channels", JSON, server_default='["mail"]', nullable=False)),
    ("broadcast", sa.Column("otherwise", JSON, server_default="[]", nullable=False)),
    ("broadcast", sa.Column("again", sa.Boolean(), server_default="true", nullable=False)),
    ("chunk", sa.Column("channel", sa.String(), server_default="mail", nullable=False)),
)


def upgrade() -> None:
    """Go forward."""
    for table, column in COLUMNS:
        op.add_column(table, column)
    op.create_table(
        "provider_pace",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_provider_pace")),
    )
    op.create_table(
        "audience_part",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("areas", JSON, nullable=False),
        sa.Column("person_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_audience_part_broadcast_id_broadcast"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_part")),
        sa.UniqueConstraint("broadcast_id", "round", "number", name=op.f("uq_audience_part_broadcast_id_round_number")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("audience_part")
    op.drop_table("provider_pace")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)
