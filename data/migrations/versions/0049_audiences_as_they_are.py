"""an audience is kept as it is: to compress the ids of a million people takes longer than to find them."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.execute("ALTER TABLE audience_part ALTER person_ids SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE audience_part ALTER person_ids SET STORAGE EXTENDED")
