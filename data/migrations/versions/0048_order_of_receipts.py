"""since when a contact point's state is what somebody said of it; LINE's own time of who followed or blocked."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_EVENTS = (("user_hash", sa.LargeBinary()), ("follows", sa.Boolean()), ("happened_at", MOMENT))


def upgrade() -> None:
    """Go forward."""
    op.add_column("contact_point", sa.Column("state_at", MOMENT, nullable=True))
    op.execute("UPDATE contact_point SET state_at = verified_at WHERE verified_at IS NOT NULL")
    for name, kind in OF_EVENTS:
        op.add_column("line_event", sa.Column(name, kind, nullable=True))
    op.create_check_constraint(
        op.f("ck_line_event_whole"), "line_event", "num_nonnulls(user_hash, follows, happened_at) IN (0, 3)"
    )
    op.create_index(
        "ix_line_event_user", "line_event", ["user_hash", "happened_at"],
        postgresql_where=sa.text("user_hash IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_line_event_user", table_name="line_event")
    op.drop_constraint(op.f("ck_line_event_whole"), "line_event", type_="check")
    for name, _kind in OF_EVENTS:
        op.drop_column("line_event", name)
    op.drop_column("contact_point", "state_at")
