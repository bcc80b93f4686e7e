"""people without a region are found by a flag; who has a set is read from an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEEP = """
    CREATE OR REPLACE FUNCTION keep_person_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
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
        INSERT INTO person_search AS kept (person_id, sort_key, words, active, within{columns})
        SELECT person.id, person.sort_key, person.search_text, person.retired_at IS NULL,
               COALESCE(placed.within, '{{}}'){values}
          FROM asked
          JOIN person ON person.id = asked.id
          LEFT JOIN placed ON placed.person_id = person.id{tables}
        ON CONFLICT (person_id) DO UPDATE
           SET sort_key = excluded.sort_key, words = excluded.words, active = excluded.active,
               within = excluded.within{sets}
         WHERE (kept.sort_key, kept.words, kept.active, kept.within{kept})
               IS DISTINCT FROM (excluded.sort_key, excluded.words, excluded.active, excluded.within{excluded})
    $$
"""
WITH_REGIONS = {
    "columns": ", regionless, placeable",
    "values": ", lacking.regionless, lacking.regionless AND (person.postal_code <> '' OR person.address <> '')",
    "tables": """
         CROSS JOIN LATERAL (
            SELECT NOT EXISTS (SELECT FROM person_region WHERE person_region.person_id = person.id) AS regionless
         ) AS lacking""",
    "sets": ", regionless = excluded.regionless, placeable = excluded.placeable",
    "kept": ", kept.regionless, kept.placeable",
    "excluded": ", excluded.regionless, excluded.placeable",
}
BEFORE = dict.fromkeys(WITH_REGIONS, "")
FLAG = """
    UPDATE person_search SET regionless = true, placeable = person.postal_code <> '' OR person.address <> ''
      FROM person
     WHERE person.id = person_search.person_id
       AND NOT EXISTS (SELECT FROM person_region WHERE person_region.person_id = person.id)
"""
KEEPING = """
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
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
PERSON_CHANGED = """
    SELECT came.id FROM came JOIN went ON went.id = came.id
     WHERE (came.sort_key, came.search_text, came.retired_at IS NULL{came})
           IS DISTINCT FROM (went.sort_key, went.search_text, went.retired_at IS NULL{went})
"""
ADDRESS = ", came.postal_code <> '' OR came.address <> ''"
# The first region that comes and the last one that goes; others change nothing.
TRIGGERS = (
    (
        "added", "INSERT", "NEW TABLE AS came",
        """SELECT came.person_id FROM came JOIN person_search ON person_search.person_id = came.person_id
            WHERE person_search.regionless""",
    ),
    (
        "removed", "DELETE", "OLD TABLE AS went",
        """SELECT person_id FROM went
            WHERE NOT EXISTS (SELECT FROM person_region WHERE person_region.person_id = went.person_id)""",
    ),
)  # fmt: skip


def upgrade() -> None:
    """Go forward."""
    for name in ("regionless", "placeable"):
        op.add_column("person_search", sa.Column(name, sa.Boolean(), server_default="false", nullable=False))
    op.execute(KEEP.format(**WITH_REGIONS))
    op.execute(FLAG)
    for name in ("regionless", "placeable"):
        op.create_index(
            f"ix_person_search_{name}", "person_search", ["sort_key", "person_id"], unique=False,
            postgresql_where=sa.text(name),
        )  # fmt: skip
    op.create_index(
        "ix_person_region_own", "person_region", ["person_id"], unique=False, postgresql_where=sa.text("own")
    )
    op.drop_index("ix_permission_assignment_set_id", table_name="permission_assignment")
    op.create_index("ix_permission_assignment_set_id", "permission_assignment", ["set_id", "account_id"], unique=False)
    changed = PERSON_CHANGED.format(came=ADDRESS, went=ADDRESS.replace("came", "went"))
    op.execute(KEEPING.format(function="person_changed_search", ids=changed))
    for name, event, tables, ids in TRIGGERS:
        function = f"person_region_{name}_search"
        op.execute(KEEPING.format(function=function, ids=ids))
        op.execute(
            f"CREATE TRIGGER search_{name} AFTER {event} ON person_region REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    """Go back."""
    for name, *_rest in TRIGGERS:
        op.execute(f"DROP TRIGGER search_{name} ON person_region")
        op.execute(f"DROP FUNCTION person_region_{name}_search()")
    op.execute(KEEPING.format(function="person_changed_search", ids=PERSON_CHANGED.format(came="", went="")))
    op.execute(KEEP.format(**BEFORE))
    op.drop_index("ix_permission_assignment_set_id", table_name="permission_assignment")
    op.create_index("ix_permission_assignment_set_id", "permission_assignment", ["set_id"], unique=False)
    op.drop_index("ix_person_region_own", table_name="person_region", postgresql_where=sa.text("own"))
    for name in ("placeable", "regionless"):
        op.drop_index(f"ix_person_search_{name}", table_name="person_search", postgresql_where=sa.text(name))
        op.drop_column("person_search", name)
