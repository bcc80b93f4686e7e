"""sending procedures: one channel after the other until people answer, with a limit on cost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

MINUTES = ("mail_minutes", "app_minutes", "line_minutes", "sms_minutes")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "sending_procedure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=True) for name in MINUTES],
        sa.Column("sms_cap_yen", sa.BigInteger(), nullable=True),
        sa.Column("sample", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "0 IN (mail_minutes, app_minutes, line_minutes)",
            name=op.f("ck_sending_procedure_begins_at_once"),
        ),
        sa.CheckConstraint(
            "least(mail_minutes, app_minutes, line_minutes, sms_minutes, sms_cap_yen) >= 0"
            " AND greatest(mail_minutes, app_minutes, line_minutes, sms_minutes) <= 10080",
            name=op.f("ck_sending_procedure_within_a_week"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_procedure")),
        sa.UniqueConstraint("name", name=op.f("uq_sending_procedure_name")),
        sa.UniqueConstraint("sample", name=op.f("uq_sending_procedure_sample")),
    )
    op.add_column("broadcast", sa.Column("procedure_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_broadcast_procedure_id_sending_procedure"), "broadcast", "sending_procedure", ["procedure_id"], ["id"],
        ondelete="SET NULL",
    )  # fmt: skip
    op.add_column("broadcast", sa.Column("waits", postgresql.JSONB(), server_default='{"mail": 0}', nullable=False))
    op.add_column("broadcast", sa.Column("sms_cap_yen", sa.BigInteger(), nullable=True))
    op.add_column("broadcast", sa.Column("escalates_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_broadcast_escalates_at", "broadcast", ["escalates_at"],
        postgresql_where=sa.text("escalates_at IS NOT NULL"),
    )  # fmt: skip
    op.add_column("rule", sa.Column("procedure_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_rule_procedure_id_sending_procedure"), "rule", "sending_procedure", ["procedure_id"], ["id"]
    )
    for column in (
        sa.Column("follows", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("early", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("capped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("still_to_come", postgresql.JSONB(), server_default="[]", nullable=False),
    ):
        op.add_column("mailing", column)
    op.create_unique_constraint(
        op.f("uq_mailing_broadcast_id_follows_by_early"), "mailing", ["broadcast_id", "follows", "by", "early"]
    )
    op.create_check_constraint(op.f("ck_mailing_follows_by"), "mailing", "(follows IS NULL) = (by IS NULL)")


def downgrade() -> None:
    """Go back. What escalates stays with the channels that have had their turn."""
    op.drop_constraint(op.f("ck_mailing_follows_by"), "mailing")
    op.drop_constraint(op.f("uq_mailing_broadcast_id_follows_by_early"), "mailing")
    for name in ("still_to_come", "capped", "early", "by", "follows"):
        op.drop_column("mailing", name)
    op.drop_constraint(op.f("fk_rule_procedure_id_sending_procedure"), "rule")
    op.drop_column("rule", "procedure_id")
    op.drop_index("ix_broadcast_escalates_at", table_name="broadcast")
    op.drop_constraint(op.f("fk_broadcast_procedure_id_sending_procedure"), "broadcast")
    for name in ("escalates_at", "sms_cap_yen", "waits", "procedure_id"):
        op.drop_column("broadcast", name)
    op.drop_table("sending_procedure")
