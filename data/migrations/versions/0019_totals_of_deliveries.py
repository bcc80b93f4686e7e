"""totals of deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = ("waiting", "sending", "accepted", "delivered", "failed", "not_sent", "unknown")
NOTED = """
    INSERT INTO delivery_total (mailing_id, channel, state, count)
    SELECT mailing_id, channel, state, sum(more) FROM ({steps}) AS step GROUP BY 1, 2, 3 HAVING sum(more) <> 0;
"""
CAME = "SELECT mailing_id, channel, state, count(*) AS more FROM came GROUP BY 1, 2, 3"
WENT = "SELECT mailing_id, channel, state, -count(*) AS more FROM went GROUP BY 1, 2, 3"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "delivery_total",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="deliverystate", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_delivery_total_mailing_id_mailing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_total")),
    )
    op.create_index("ix_delivery_total_mailing_id", "delivery_total", ["mailing_id"], unique=False)
    for name, steps in (("added", CAME), ("changed", f"{CAME} UNION ALL {WENT}")):
        op.execute(
            f"CREATE FUNCTION deliveries_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {NOTED.format(steps=steps)} RETURN NULL; END $$"
        )
    op.execute(
        "CREATE TRIGGER added AFTER INSERT ON delivery REFERENCING NEW TABLE AS came "
        "FOR EACH STATEMENT EXECUTE FUNCTION deliveries_added()"
    )
    op.execute(
        "CREATE TRIGGER changed AFTER UPDATE ON delivery REFERENCING OLD TABLE AS went NEW TABLE AS came "
        "FOR EACH STATEMENT EXECUTE FUNCTION deliveries_changed()"
    )
    op.execute(
        "INSERT INTO delivery_total (mailing_id, channel, state, count) "
        "SELECT mailing_id, channel, state, count(*) FROM delivery GROUP BY 1, 2, 3"
    )


def downgrade() -> None:
    """Go back."""
    for name in ("added", "changed"):
        op.execute(f"DROP TRIGGER {name} ON delivery")
        op.execute(f"DROP FUNCTION deliveries_{name}()")
    op.drop_index("ix_delivery_total_mailing_id", table_name="delivery_total")
    op.drop_table("delivery_total")
