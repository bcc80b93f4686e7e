"""external ids of directories."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "external_id",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("value <> ''", name=op.f("ck_external_id_some_value")),
        sa.CheckConstraint("num_nonnulls(person_id, department_id) = 1", name=op.f("ck_external_id_one_noun")),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_external_id_department_id_department"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_external_id_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_id")),
        sa.UniqueConstraint("department_id", name=op.f("uq_external_id_department_id")),
        sa.UniqueConstraint("person_id", name=op.f("uq_external_id_person_id")),
    )
    op.create_index("ix_external_id_value", "external_id", ["value"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_external_id_value", table_name="external_id")
    op.drop_table("external_id")
