"""Registration: links, claims, private contact points, the SMS of the local mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0028"
branch_labels = None
depends_on = None


KIND = "kind IN ({})"
SLOT = "(slot IS NOT NULL) = (origin = 'person' AND kind = 'mail') AND (slot IS NULL OR slot BETWEEN 1 AND 3)"
VERIFIED = "origin = 'office' OR verified_at IS NOT NULL"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "line_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_event")),
    )
    op.create_index(op.f("ix_line_event_at"), "line_event", ["at"], unique=False)
    op.create_table(
        "local_sms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_sms")),
        sa.UniqueConstraint("ref", name=op.f("uq_local_sms_ref")),
    )
    op.create_index("ix_local_sms_at", "local_sms", ["at", "id"], unique=False)
    op.create_table(
        "registration_brake",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_registration_brake")),
    )
    op.create_index(op.f("ix_registration_brake_until"), "registration_brake", ["until"], unique=False)
    op.create_table(
        "contact_claim",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mail",
                "mobile",
                "app",
                "line",
                name="contactkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_claim_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_claim")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_contact_claim_link_hash")),
        sa.UniqueConstraint("person_id", "kind", "value", name=op.f("uq_contact_claim_person_id_kind_value")),
    )
    op.create_index(
        "ix_contact_claim_code_hash",
        "contact_claim",
        ["code_hash"],
        unique=False,
        postgresql_where=sa.text("kind = 'line'"),
    )
    op.create_index("ix_contact_claim_asked_at", "contact_claim", ["asked_at"], unique=False)
    op.create_table(
        "registration_link",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_registration_link_created_by_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_link_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_registration_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_link_token_hash")),
    )
    op.create_index(op.f("ix_registration_link_expires_at"), "registration_link", ["expires_at"], unique=False)
    op.add_column(
        "contact_point",
        sa.Column(
            "origin",
            sa.Enum("office", "person", name="contactorigin", native_enum=False, create_constraint=True, length=24),
            server_default="office",
            nullable=False,
        ),
    )
    op.add_column("contact_point", sa.Column("slot", sa.BigInteger(), nullable=True))
    op.add_column("contact_point", sa.Column("rank", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("contact_point", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact_point", sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact_point", sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("contactkind", "contact_point", type_="check")
    op.create_check_constraint("contactkind", "contact_point", KIND.format("'mail', 'mobile', 'app', 'line'"))
    op.create_check_constraint("slot", "contact_point", SLOT)
    op.create_check_constraint("private_is_verified", "contact_point", VERIFIED)
    op.create_index(
        "uq_contact_point_private",
        "contact_point",
        ["person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("origin = 'person' AND kind IN ('mobile', 'line')"),
    )
    op.create_index(
        "uq_contact_point_slot",
        "contact_point",
        ["person_id", "slot"],
        unique=True,
        postgresql_where=sa.text("slot IS NOT NULL"),
    )
    op.add_column("delivery", sa.Column("private", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("delivery", "private")
    op.execute("DELETE FROM contact_point WHERE origin = 'person' OR kind NOT IN ('mail', 'mobile')")
    op.drop_constraint("private_is_verified", "contact_point", type_="check")
    op.drop_constraint("slot", "contact_point", type_="check")
    op.drop_constraint("contactkind", "contact_point", type_="check")
    op.create_check_constraint("contactkind", "contact_point", KIND.format("'mail', 'mobile'"))
    op.drop_index("uq_contact_point_slot", table_name="contact_point", postgresql_where=sa.text("slot IS NOT NULL"))
    op.drop_index(
        "uq_contact_point_private",
        table_name="contact_point",
        postgresql_where=sa.text("origin = 'person' AND kind IN ('mobile', 'line')"),
    )
    op.drop_column("contact_point", "disputed_at")
    op.drop_column("contact_point", "added_at")
    op.drop_column("contact_point", "verified_at")
    op.drop_column("contact_point", "rank")
    op.drop_column("contact_point", "slot")
    op.drop_column("contact_point", "origin")
    op.drop_index(op.f("ix_registration_link_expires_at"), table_name="registration_link")
    op.drop_table("registration_link")
    op.drop_index("ix_contact_claim_asked_at", table_name="contact_claim")
    op.drop_index("ix_contact_claim_code_hash", table_name="contact_claim", postgresql_where=sa.text("kind = 'line'"))
    op.drop_table("contact_claim")
    op.drop_index(op.f("ix_registration_brake_until"), table_name="registration_brake")
    op.drop_table("registration_brake")
    op.drop_index("ix_local_sms_at", table_name="local_sms")
    op.drop_table("local_sms")
    op.drop_index(op.f("ix_line_event_at"), table_name="line_event")
    op.drop_table("line_event")
