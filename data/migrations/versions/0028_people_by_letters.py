"""people by letters and department."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0017"
branch_labels = None
depends_on = None

LETTERS = """
    CREATE FUNCTION search_letters(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    DECLARE
        found text[] := '{}';
        one text;
        before text := '';
    BEGIN
        -- A loop takes an eighth of the time of a query here, and this runs for every person that is written.
        FOREACH one IN ARRAY string_to_array(words, NULL) LOOP
            IF one <> ' ' THEN
                IF before NOT IN ('', ' ') THEN
                    found := found || (before || one);
                END IF;
                IF ascii(one) > 127 THEN
                    found := found || one;
                END IF;
            END IF;
            before := one;
        END LOOP;
        RETURN found;
    END $$
"""
KEEP = """
    CREATE FUNCTION keep_person_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
        -- Joined as sets: right after a large import PostgreSQL knows nothing of these tables, and would go through
        -- all departments for each person.
        WITH asked AS (
            SELECT unnest(ids) AS id
        ), placed AS (
            SELECT membership.person_id, array_agg(DISTINCT above.id::bigint) AS within
              FROM asked
              JOIN membership ON membership.person_id = asked.id
              JOIN department ON department.id = membership.department_id
             CROSS JOIN string_to_table(btrim(department.path, '/'), '/') AS above (id)
             GROUP BY membership.person_id
        )
        INSERT INTO person_search AS kept (person_id, sort_key, words, active, within)
        SELECT person.id, person.sort_key, person.search_text, person.retired_at IS NULL,
               COALESCE(placed.within, '{}')
          FROM asked
          JOIN person ON person.id = asked.id
          LEFT JOIN placed ON placed.person_id = person.id
        ON CONFLICT (person_id) DO UPDATE
           SET sort_key = excluded.sort_key, words = excluded.words, active = excluded.active, within = excluded.within
         WHERE (kept.sort_key, kept.words, kept.active, kept.within)
               IS DISTINCT FROM (excluded.sort_key, excluded.words, excluded.active, excluded.within)
    $$
"""
KEEPING = """
    CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        ids bigint[];
    BEGIN
        -- Who writes many people with all that belongs to them keeps them once, at the end.
        IF current_setting('renraku.search', true) = 'later' THEN
            RETURN NULL;
        END IF;
        ids := ARRAY(SELECT DISTINCT * FROM ({ids}) AS touched);
        IF ids <> '{{}}' THEN
            PERFORM keep_person_search(ids);
        END IF;
        RETURN NULL;
    END $$
"""
ADDED, REMOVED, CHANGED = "NEW TABLE AS came", "OLD TABLE AS went", "OLD TABLE AS went NEW TABLE AS came"
TRIGGERS = (
    ("person", "added", "INSERT", ADDED, "SELECT id FROM came"),
    (
        "person", "changed", "UPDATE", CHANGED,
        """SELECT came.id FROM came JOIN went ON went.id = came.id
            WHERE (came.sort_key, came.search_text, came.retired_at IS NULL)
                  IS DISTINCT FROM (went.sort_key, went.search_text, went.retired_at IS NULL)""",
    ),
    ("membership", "added", "INSERT", ADDED, "SELECT person_id FROM came"),
    ("membership", "removed", "DELETE", REMOVED, "SELECT person_id FROM went"),
    (
        "membership", "changed", "UPDATE", CHANGED,
        """SELECT person_id FROM came FULL JOIN went USING (person_id, department_id)
            WHERE came.main IS NULL OR went.main IS NULL""",
    ),
    (
        "department", "moved", "UPDATE", CHANGED,
        """SELECT membership.person_id FROM came JOIN went ON went.id = came.id AND went.path <> came.path
             JOIN membership ON membership.department_id = came.id""",
    ),
)  # fmt: skip


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "person_search",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sort_key", sa.String(collation="C"), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("within", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_search_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_search")),
    )
    op.execute(LETTERS)
    op.execute(KEEP)
    op.execute("SELECT keep_person_search(ARRAY(SELECT id FROM person))")
    op.create_index("ix_person_search_sort_key", "person_search", ["sort_key", "person_id"])
    op.create_index(
        "ix_person_search_found", "person_search", [sa.text("search_letters(words)"), "within"],
        postgresql_using="gin", postgresql_with={"gin_pending_list_limit": "512"},
    )  # fmt: skip
    for table, name, event, tables, ids in TRIGGERS:
        function = f"{table}_{name}_search"
        op.execute(KEEPING.format(function=function, ids=ids))
        op.execute(
            f"CREATE TRIGGER search_{name} AFTER {event} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    """Go back."""
    for table, name, *_rest in TRIGGERS:
        op.execute(f"DROP TRIGGER search_{name} ON {table}")
        op.execute(f"DROP FUNCTION {table}_{name}_search()")
    op.drop_table("person_search")
    op.execute("DROP FUNCTION keep_person_search(bigint[])")
    op.execute("DROP FUNCTION search_letters(text)")
