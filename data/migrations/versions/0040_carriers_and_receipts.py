"""Amazon SES as a carrier; returned mail, notices of providers, and what was heard of each delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

SES = ("ses_region", "ses_access_key_id", "ses_configuration_set", "ses_topic_arn")


def upgrade() -> None:
    """Go forward. So far a delivery has arrived only by an answer."""
    op.create_table(
        "early_receipt",
        sa.Column("provider_ref", sa.String(), nullable=False),
        sa.Column("receipt", _receipt(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_ref", "receipt", name=op.f("pk_early_receipt")),
    )
    op.create_index("ix_early_receipt_at", "early_receipt", ["at"])
    op.create_table(
        "mail_return",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by", _one_of("returnsby", "none", "lmtp", "imap"), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("imap_host", sa.String(), nullable=False),
        sa.Column("imap_port", sa.BigInteger(), nullable=False),
        sa.Column("imap_security", _one_of("security", "starttls", "tls", "none"), nullable=False),
        sa.Column("imap_user", sa.String(), nullable=False),
        sa.Column("imap_password", sa.LargeBinary(), nullable=True),
        sa.Column("imap_folder", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_return_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_return")),
    )
    op.create_table(
        "taken_notice",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_taken_notice")),
    )
    op.create_index(op.f("ix_taken_notice_at"), "taken_notice", ["at"])
    op.add_column("delivery", sa.Column("receipt", _receipt(), nullable=True))
    op.execute("UPDATE delivery SET receipt = 'answered' WHERE state = 'delivered'")
    op.create_index("ix_delivery_sms_ref", "delivery", ["provider_ref"], postgresql_where=sa.text("channel = 'sms'"))
    op.add_column("sms_sender", sa.Column("topic_arn", sa.String(), server_default="", nullable=False))
    for name in SES:
        op.add_column("mail_sender", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("mail_sender", sa.Column("ses_secret_key", sa.LargeBinary(), nullable=True))
    _carried_by("'local', 'smtp', 'ses'")


def downgrade() -> None:
    """Go back. Whose mail SES carried has the local mailbox then."""
    op.execute("UPDATE mail_sender SET provider = 'local' WHERE provider = 'ses'")
    _carried_by("'local', 'smtp'")
    for name in (*SES, "ses_secret_key"):
        op.drop_column("mail_sender", name)
    op.drop_column("sms_sender", "topic_arn")
    op.drop_index("ix_delivery_sms_ref", table_name="delivery")
    op.drop_column("delivery", "receipt")
    for table in ("taken_notice", "mail_return", "early_receipt"):
        op.drop_table(table)


def _receipt() -> sa.Enum:
    return _one_of("receipt", "returned", "arrived", "bounced", "answered")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _carried_by(kinds: str) -> None:
    op.drop_constraint(op.f("ck_mail_sender_providerkind"), "mail_sender")
    op.create_check_constraint(op.f("ck_mail_sender_providerkind"), "mail_sender", f"provider IN ({kinds})")
