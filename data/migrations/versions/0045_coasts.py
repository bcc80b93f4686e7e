"""forecast areas for tsunamis, and the municipalities on their coasts, as we know them or as they were corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0038"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    """Go back."""
    op.drop_table("coast")
    op.drop_table("tsunami_area")
