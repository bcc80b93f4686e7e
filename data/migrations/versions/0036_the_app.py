"""the app on phones as a contact point: Web Push subscriptions and the keys of the installation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ONE = "origin = 'person' AND kind IN ({})"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "app_channel",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_app_channel_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_channel")),
    )
    for table in ("contact_point", "contact_claim"):
        op.add_column(table, sa.Column("subscription", postgresql.JSONB(none_as_null=True), nullable=True))
    _one_of("'mobile', 'line', 'app'")


def downgrade() -> None:
    """Go back. A person's apps stay, though nothing is sent to them."""
    _one_of("'mobile', 'line'")
    for table in ("contact_claim", "contact_point"):
        op.drop_column(table, "subscription")
    op.drop_table("app_channel")


def _one_of(kinds: str) -> None:
    op.drop_index("uq_contact_point_private", table_name="contact_point")
    op.create_index(
        "uq_contact_point_private", "contact_point", ["person_id", "kind"], unique=True,
        postgresql_where=sa.text(ONE.format(kinds)),
    )  # fmt: skip
