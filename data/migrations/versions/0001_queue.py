"""The job queue's tables, in a schema of their own.

Each later version of procrastinate gets one revision that runs the migration files which came with it.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run procrastinate's own schema file inside its schema."""
    op.execute("CREATE SCHEMA procrastinate")
    op.execute("SET LOCAL search_path = procrastinate")
    # A colon would be taken for a bound value and exec_driver_sql trips over %, so the text is escaped for op.execute.
    op.execute(SchemaManager.get_schema().replace(":", r"\:"))
    op.execute("SET LOCAL search_path = public, procrastinate")


def downgrade() -> None:
    """Drop the queue."""
    op.execute("DROP SCHEMA procrastinate CASCADE")
