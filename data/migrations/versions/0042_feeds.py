"""JMA's feeds: whether they are read, how far, and the telegrams that they named; telegrams may come from there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BEFORE, NOW = ("command_line", "upload"), ("command_line", "upload", "feed")


def upgrade() -> None:
    """Go forward."""
    _allow(NOW)
    op.create_table(
        "feed_page",
        sa.Column(
            "name",
            sa.Enum(
                "eqvol",
                "extra",
                "eqvol_l",
                "extra_l",
                name="feedname",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("modified", sa.String(), nullable=True),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("trouble_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed_page")),
    )
    op.create_table(
        "feed_reading",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("switched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_ahead", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_reading_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_reading")),
    )
    op.create_table(
        "feed_entry",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "taken",
                "passed",
                "refused",
                "lost",
                name="entrystate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column(
            "trouble_values",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["telegram_id"], ["telegram.id"], name=op.f("fk_feed_entry_telegram_id_telegram")),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_feed_entry")),
    )
    op.create_index(op.f("ix_feed_entry_found_at"), "feed_entry", ["found_at"], unique=False)
    op.create_index(
        "ix_feed_entry_trouble",
        "feed_entry",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('refused', 'lost')"),
    )
    op.create_index(
        "ix_feed_entry_waiting", "feed_entry", ["next_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )


def downgrade() -> None:
    """Go back; what came from a feed stays, as if it had been brought."""
    op.drop_index("ix_feed_entry_waiting", table_name="feed_entry", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(
        "ix_feed_entry_trouble", table_name="feed_entry", postgresql_where=sa.text("state IN ('refused', 'lost')")
    )
    op.drop_index(op.f("ix_feed_entry_found_at"), table_name="feed_entry")
    op.drop_table("feed_entry")
    op.drop_table("feed_reading")
    op.drop_table("feed_page")
    op.execute("UPDATE telegram SET source = 'upload' WHERE source = 'feed'")
    _allow(BEFORE)


def _allow(sources: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{source}'" for source in sources)
    op.drop_constraint(op.f("ck_telegram_source"), "telegram", type_="check")
    op.create_check_constraint(op.f("ck_telegram_source"), "telegram", f"source IN ({listed})")
