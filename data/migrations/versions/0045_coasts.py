"""Forecast areas for tsunamis and the municipalities on their coasts; when addresses are checked, and the checks."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

KINDS = ("test", "manual", "drill", "survey", "notice", "automatic", "contact_check")


def upgrade() -> None:
    """Go forward; both tables are filled from data/reference after the migrations."""
    op.create_table(
        "tsunami_area",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("kana", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tsunami_area")),
    )
    op.create_table(
        "coast",
        sa.Column("tsunami_code", sa.String(), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "ours",
                "corrected",
                name=op.f("ck_coast_coastorigin"),
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("lies", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("lies OR origin = 'corrected'", name=op.f("ck_coast_taken_away_by_hand")),
        sa.ForeignKeyConstraint(["municipality_code"], ["area.code"], name=op.f("fk_coast_municipality_code_area")),
        sa.ForeignKeyConstraint(
            ["tsunami_code"], ["tsunami_area.code"], name=op.f("fk_coast_tsunami_code_tsunami_area")
        ),
        sa.PrimaryKeyConstraint("tsunami_code", "municipality_code", name=op.f("pk_coast")),
    )
    op.create_index("ix_coast_municipality_code", "coast", ["municipality_code"])
    op.create_table(
        "contact_check_rule",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("every_months", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("unproved_days", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_contact_check_rule_one_row")),
        sa.CheckConstraint("every_months BETWEEN 1 AND 24", name=op.f("ck_contact_check_rule_every_months")),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_contact_check_rule_day")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_contact_check_rule_hour")),
        sa.CheckConstraint("unproved_days BETWEEN 1 AND 3650", name=op.f("ck_contact_check_rule_unproved_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_check_rule")),
    )
    op.add_column("mailing", sa.Column("unproved_since", sa.DateTime(timezone=True), nullable=True))
    _kinds(KINDS)


def downgrade() -> None:
    """Go back."""
    _kinds(KINDS[:-1])
    op.drop_column("mailing", "unproved_since")
    op.drop_table("contact_check_rule")
    op.drop_table("coast")
    op.drop_table("tsunami_area")


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_broadcast_broadcastkind"), "broadcast", type_="check")
    named = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_broadcast_broadcastkind"), "broadcast", f"kind IN ({named})")
