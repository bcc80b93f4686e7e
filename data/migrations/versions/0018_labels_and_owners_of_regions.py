"""Regions of people: why they concern them, who added them; the rule for that, and how many people have each."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "region_rule",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("people_may_add", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_region_rule_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_rule")),
    )
    op.create_table(
        "region_total",
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_region_total_area_code_area")),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_region_total")),
    )
    labels = sa.Enum(
        "home", "work", "family", "other", name="regionlabel", native_enum=False, create_constraint=False, length=24
    )
    op.add_column("person_region", sa.Column("label", labels, nullable=True))
    op.create_check_constraint(
        op.f("ck_person_region_regionlabel"), "person_region", "label IN ('home', 'work', 'family', 'other')"
    )
    op.add_column("person_region", sa.Column("own", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("person_region", "own")
    op.drop_column("person_region", "label")
    op.drop_table("region_total")
    op.drop_table("region_rule")
