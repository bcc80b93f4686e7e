"""references of recipients and deliveries are looked at once a statement; recording a result touches no index."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

REFERENCES = (
    ("recipient", "person_id", "person", "id"),
    ("recipient", "department_id", "department", "id"),
    ("recipient", "area_code", "area", "code"),
    ("delivery", "person_id", "person", "id"),
)
CHILDREN = ("recipient", "delivery")
PARENTS = ("person", "department", "area")

# Who adds holds the lock together with all others who add, who takes a parent away holds it alone: so neither misses
# what the other one has not committed yet, and no parent is locked by itself, which costs as much as a foreign key.
# The number is any of our own, as those of the other locks. Arguments: column, parent, its key; and so on.
REFERS = """
    CREATE FUNCTION refers_in_masses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE lost boolean;
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(7236860);
        FOR at IN 0 .. TG_NARGS - 1 BY 3 LOOP
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM (SELECT DISTINCT %1$I AS key FROM came WHERE %1$I IS NOT NULL) AS one'
                ' WHERE NOT EXISTS (SELECT FROM %2$I WHERE %2$I.%3$I = one.key))',
                TG_ARGV[at], TG_ARGV[at + 1], TG_ARGV[at + 2]
            ) INTO lost;
            IF lost THEN
                RAISE foreign_key_violation
                    USING MESSAGE = format('a %s refers to no %s', TG_TABLE_NAME, TG_ARGV[at + 1]);
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""
# Arguments: the key; child, its column; and so on.
REFERRED = """
    CREATE FUNCTION referred_to_in_masses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
    DECLARE found boolean;
    BEGIN
        PERFORM pg_advisory_xact_lock(7236860);
        FOR at IN 1 .. TG_NARGS - 1 BY 2 LOOP
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM %1$I WHERE %2$I IN (SELECT %3$I FROM went))',
                TG_ARGV[at], TG_ARGV[at + 1], TG_ARGV[0]
            ) INTO found;
            IF found THEN
                RAISE foreign_key_violation
                    USING MESSAGE = format('a %s still refers to this %s', TG_ARGV[at], TG_TABLE_NAME);
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Go forward."""
    for child, column, parent, _key in REFERENCES:
        op.drop_constraint(f"fk_{child}_{column}_{parent}", child)
    op.execute(REFERS)
    op.execute(REFERRED)
    for child in CHILDREN:
        said = [part for one in REFERENCES if one[0] == child for part in one[1:]]
        op.execute(
            f"CREATE TRIGGER refers_in_masses AFTER INSERT ON {child} REFERENCING NEW TABLE AS came "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refers_in_masses({_quoted(said)})"
        )
    for parent in PARENTS:
        (key,) = {one[3] for one in REFERENCES if one[2] == parent}
        said = [part for one in REFERENCES if one[2] == parent for part in one[:2]]
        op.execute(
            f"CREATE TRIGGER referred_to_in_masses AFTER DELETE ON {parent} REFERENCING OLD TABLE AS went "
            f"FOR EACH STATEMENT EXECUTE FUNCTION referred_to_in_masses({_quoted([key, *said])})"
        )
    op.drop_index("ix_delivery_sms_ref", table_name="delivery")
    op.add_column("delivery", sa.Column("sms_ref", sa.String(), nullable=True))
    op.execute("UPDATE delivery SET sms_ref = provider_ref WHERE channel = 'sms' AND provider_ref IS NOT NULL")
    op.create_index(
        "ix_delivery_sms_ref", "delivery", ["sms_ref"], postgresql_where=sa.text("sms_ref IS NOT NULL")
    )  # fmt: skip
    op.execute("ALTER TABLE delivery SET (fillfactor = 45)")


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE delivery SET (fillfactor = 75)")
    op.drop_index("ix_delivery_sms_ref", table_name="delivery")
    op.drop_column("delivery", "sms_ref")
    op.create_index(
        "ix_delivery_sms_ref", "delivery", ["provider_ref"], postgresql_where=sa.text("channel = 'sms'")
    )  # fmt: skip
    for parent in PARENTS:
        op.execute(f"DROP TRIGGER referred_to_in_masses ON {parent}")
    for child in CHILDREN:
        op.execute(f"DROP TRIGGER refers_in_masses ON {child}")
    op.execute("DROP FUNCTION refers_in_masses()")
    op.execute("DROP FUNCTION referred_to_in_masses()")
    for child, column, parent, key in REFERENCES:
        op.create_foreign_key(op.f(f"fk_{child}_{column}_{parent}"), child, parent, [column], [key])


def _quoted(said: list[str]) -> str:
    return ", ".join(f"'{one}'" for one in said)
