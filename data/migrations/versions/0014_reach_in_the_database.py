"""reach in the database."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Worked out once a statement, not once a row. A transaction that says nothing sees nothing.
REACH = "(SELECT current_setting('renraku.reach', true))"
WITHIN = f"""
    {REACH} = 'all'
    OR person_id::text = split_part({REACH}, '|', 1)
    OR EXISTS (
        SELECT FROM membership JOIN department ON department.id = membership.department_id
        CROSS JOIN unnest((string_to_array({REACH}, '|'))[2:]) AS above (path)
        WHERE membership.person_id = recipient.person_id AND above.path <> ''
          AND starts_with(department.path, above.path)
    )
"""


def upgrade() -> None:
    """Go forward."""
    op.execute("ALTER TABLE recipient ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY within_reach ON recipient USING ({WITHIN})")


def downgrade() -> None:
    """Go back."""
    op.execute("DROP POLICY within_reach ON recipient")
    op.execute("ALTER TABLE recipient DISABLE ROW LEVEL SECURITY")
