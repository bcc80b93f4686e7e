"""What was sent to one person is found newest first without reading all of it."""

from alembic import op

revision = "0025"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_delivery_to_person", "delivery", ["person_id", "id"])
    op.drop_index("ix_delivery_person_id", "delivery")


def downgrade() -> None:
    """Go back."""
    op.create_index("ix_delivery_person_id", "delivery", ["person_id"])
    op.drop_index("ix_delivery_to_person", "delivery")
