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
# A foreign key looks at its parent once a row, 8 µs each; millions of rows of one statement have the same parent.
# That a mailing is there for its deliveries, their totals see to, which every statement writes (0019).
MASSES = (("delivery", "mailing"), ("recipient", "broadcast"))
REFERS = """
    CREATE FUNCTION recipient_refers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM FROM broadcast WHERE id IN (SELECT DISTINCT broadcast_id FROM came) FOR KEY SHARE;
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT broadcast_id FROM came) AS one
            WHERE NOT EXISTS (SELECT FROM broadcast WHERE broadcast.id = one.broadcast_id)
        ) THEN
            RAISE foreign_key_violation USING MESSAGE = 'a recipient refers to no broadcast';
        END IF;
        RETURN NULL;
    END $$
"""
CASCADES = """
    CREATE FUNCTION {child}_goes_with_{parent}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$ BEGIN
        DELETE FROM {child} WHERE {parent}_id = OLD.id;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Go forward."""
    for table, column in COLUMNS:
        op.add_column(table, column)
    for child, parent in MASSES:
        op.drop_constraint(f"fk_{child}_{parent}_id_{parent}", child)
        op.execute(CASCADES.format(child=child, parent=parent))
        op.execute(
            f"CREATE TRIGGER {child}_goes AFTER DELETE ON {parent} "
            f"FOR EACH ROW EXECUTE FUNCTION {child}_goes_with_{parent}()"
        )
    op.execute(REFERS)
    op.execute(
        "CREATE TRIGGER refers AFTER INSERT ON recipient REFERENCING NEW TABLE AS came "
        "FOR EACH STATEMENT EXECUTE FUNCTION recipient_refers()"
    )
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
    op.execute("DROP TRIGGER refers ON recipient")
    op.execute("DROP FUNCTION recipient_refers()")
    for child, parent in MASSES:
        op.execute(f"DROP TRIGGER {child}_goes ON {parent}")
        op.execute(f"DROP FUNCTION {child}_goes_with_{parent}()")
        op.create_foreign_key(
            op.f(f"fk_{child}_{parent}_id_{parent}"), child, parent, [f"{parent}_id"], ["id"], ondelete="CASCADE"
        )
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)
