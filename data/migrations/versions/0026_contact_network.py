"""Contact network: what holds for each person, kept in step by triggers; profile applications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

BOTH = "OLD TABLE AS went NEW TABLE AS came"
SAME_POINT = """
    (came.person_id, came.kind, came.value, came.origin, came.state = 'dead', came.verified_at IS NULL,
     came.disputed_at IS NULL)
    IS NOT DISTINCT FROM
    (went.person_id, went.kind, went.value, went.origin, went.state = 'dead', went.verified_at IS NULL,
     went.disputed_at IS NULL)
"""
NUMBER = "CASE WHEN went.kind = 'mobile' THEN went.value END"
# That an address was tried or works changes nothing here: it is written for each delivery.
POINT_CHANGED = f"""
    SELECT came.person_id, NULL FROM came JOIN went USING (id) WHERE NOT ({SAME_POINT})
    UNION SELECT went.person_id, {NUMBER} FROM came JOIN went USING (id) WHERE NOT ({SAME_POINT})
"""  # noqa: S608 - all of it is our own
POINT_GONE = f"SELECT DISTINCT person_id, {NUMBER} FROM went"  # noqa: S608 - all of it is our own
PERSON_CHANGED = """
    SELECT id, NULL FROM came JOIN went USING (id)
    WHERE (came.sort_key, came.retired_at IS NULL, came.erased_at IS NULL)
        IS DISTINCT FROM (went.sort_key, went.retired_at IS NULL, went.erased_at IS NULL)
"""
TRIGGERS = (
    ("contact_point", "INSERT", "NEW TABLE AS came", "SELECT DISTINCT person_id, CAST(NULL AS text) FROM came"),
    ("contact_point", "UPDATE", BOTH, POINT_CHANGED),
    ("contact_point", "DELETE", "OLD TABLE AS went", POINT_GONE),
    ("person", "INSERT", "NEW TABLE AS came", "SELECT id, CAST(NULL AS text) FROM came"),
    ("person", "UPDATE", BOTH, PERSON_CHANGED),
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "contact_stale",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_stale")),
    )
    op.create_table(
        "network_total",
        sa.Column("department_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("department_id", "facts", name=op.f("pk_network_total")),
    )
    op.create_table(
        "shared_number",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_shared_number")),
    )
    op.create_table(
        "contact_standing",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sort_key", sa.String(collation="C"), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_standing_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contact_standing")),
    )
    op.create_index("ix_contact_standing_facts", "contact_standing", ["facts", "sort_key", "person_id"], unique=False)
    op.create_index(
        "ix_contact_standing_sort",
        "contact_standing",
        ["sort_key", "person_id"],
        unique=False,
        postgresql_include=["facts"],
    )
    op.create_table(
        "judged_number",
        sa.Column("contact_point_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column(
            "fault",
            sa.Enum(
                "writing",
                "length",
                "unknown",
                "landline",
                name="numberfault",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["contact_point_id"],
            ["contact_point.id"],
            name=op.f("fk_judged_number_contact_point_id_contact_point"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_point_id", name=op.f("pk_judged_number")),
    )
    op.create_table(
        "missed_in_test",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_point_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "accepted",
                "delivered",
                "failed",
                "not_sent",
                "unknown",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_missed_in_test_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_missed_in_test_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_missed_in_test")),
    )
    op.create_index(op.f("ix_missed_in_test_broadcast_id"), "missed_in_test", ["broadcast_id"], unique=False)
    op.create_index(op.f("ix_missed_in_test_person_id"), "missed_in_test", ["person_id"], unique=False)
    op.create_table(
        "profile_application",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "returned",
                "approved",
                "withdrawn",
                name="applicationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state <> 'returned' OR reason <> ''", name=op.f("ck_profile_application_reason_if_returned")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_profile_application_account_id_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_profile_application_decided_by_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_profile_application_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_application")),
    )
    op.create_index("ix_profile_application_person_id", "profile_application", ["person_id", "id"], unique=False)
    op.create_index("ix_profile_application_state", "profile_application", ["state", "applied_at", "id"], unique=False)
    op.create_index(
        "uq_profile_application_open",
        "profile_application",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'returned')"),
    )
    op.add_column("own_field", sa.Column("applicable", sa.Boolean(), server_default="false", nullable=False))
    for table, what, tables, statement in TRIGGERS:
        name = f"stale_{table}_{what.lower()}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN INSERT INTO contact_stale (person_id, number) {statement}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER stale_{what.lower()} AFTER {what} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    op.execute("INSERT INTO contact_stale (person_id) SELECT id FROM person WHERE retired_at IS NULL")


def downgrade() -> None:
    """Go back."""
    for table, what, _tables, _statement in TRIGGERS:
        op.execute(f"DROP TRIGGER stale_{what.lower()} ON {table}")
        op.execute(f"DROP FUNCTION stale_{table}_{what.lower()}()")
    op.drop_column("own_field", "applicable")
    op.drop_index(
        "uq_profile_application_open",
        table_name="profile_application",
        postgresql_where=sa.text("state IN ('waiting', 'returned')"),
    )
    op.drop_index("ix_profile_application_state", table_name="profile_application")
    op.drop_index("ix_profile_application_person_id", table_name="profile_application")
    op.drop_table("profile_application")
    op.drop_index(op.f("ix_missed_in_test_person_id"), table_name="missed_in_test")
    op.drop_index(op.f("ix_missed_in_test_broadcast_id"), table_name="missed_in_test")
    op.drop_table("missed_in_test")
    op.drop_table("judged_number")
    op.drop_index("ix_contact_standing_sort", table_name="contact_standing", postgresql_include=["facts"])
    op.drop_index("ix_contact_standing_facts", table_name="contact_standing")
    op.drop_table("contact_standing")
    op.drop_table("shared_number")
    op.drop_table("network_total")
    op.drop_table("contact_stale")
