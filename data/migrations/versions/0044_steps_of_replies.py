"""steps of replies, totals of each department, and answers by phone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

PARTS = """
    CREATE VIEW reply_step_part AS
    WITH came AS (
        SELECT step.id AS step_id, step.broadcast_id, one.*
        FROM reply_step AS step
        CROSS JOIN LATERAL unnest(step.rounds, step.departments, step.areas, step.befores, step.afters, step.moments)
             AS one (round, department_id, area_code, before, after, at)
    )
    SELECT step_id, broadcast_id, round, department_id, 'department' AS kind, coalesce(department_id::text, '') AS key,
           CASE WHEN before IS NULL THEN 1 ELSE 0 END AS answered, at
    FROM came
    UNION ALL
    SELECT step_id, broadcast_id, round, department_id, 'area', coalesce(area_code, ''),
           CASE WHEN before IS NULL THEN 1 ELSE 0 END, at
    FROM came
    UNION ALL
    SELECT step_id, broadcast_id, round, department_id, 'answer', part.position - 1 || ':' || part.text, said.more, at
    FROM came
    CROSS JOIN LATERAL (VALUES (came.before, -1), (came.after, 1)) AS said (tally, more)
    CROSS JOIN LATERAL string_to_table(said.tally, ',') WITH ORDINALITY AS part (text, position)
    WHERE came.before IS DISTINCT FROM came.after AND part.text <> ''
"""
COUNTS = """
    CREATE VIEW reply_count AS
    SELECT broadcast_id, round, kind, key, asked, answered, latest_at FROM reply_total
    UNION ALL
    SELECT broadcast_id, round, kind, key, 0, answered, at FROM reply_step_part
"""
PREFECTURES = """
    CREATE VIEW area_prefecture AS
    SELECT area.code, CASE WHEN area.kind = 'prefecture' THEN area.code WHEN above.kind = 'prefecture' THEN above.code
                           ELSE above.parent_code END AS prefecture
    FROM area LEFT JOIN area AS above ON above.code = area.parent_code
"""
DEPARTMENTS = """
    CREATE VIEW reply_department_count AS
    SELECT broadcast_id, department_id, kind, key, asked, answered FROM reply_department
    UNION ALL
    SELECT broadcast_id, department_id, kind, CASE WHEN kind = 'area' THEN coalesce(prefecture, '') ELSE key END, 0, answered
    FROM reply_step_part LEFT JOIN area_prefecture ON kind = 'area' AND code = key
    WHERE kind <> 'department' AND department_id IS NOT NULL
"""
COUNTED = """
    WITH counted AS (
        SELECT grouping(area_code, tally) AS grouped, broadcast_id, department_id, area_code, tally, count(*) AS asked,
               count(latest_at) AS answered
        FROM recipient WHERE department_id IS NOT NULL
        GROUP BY GROUPING SETS ((broadcast_id, department_id, area_code), (broadcast_id, department_id, tally))
    )
    INSERT INTO reply_department (broadcast_id, department_id, kind, key, asked, answered)
    SELECT broadcast_id, department_id, 'area', coalesce(prefecture, ''), sum(asked), sum(answered)
    FROM counted LEFT JOIN area_prefecture ON code = area_code WHERE grouped = 1 GROUP BY 1, 2, 4
    UNION ALL
    SELECT broadcast_id, department_id, 'answer', part.position - 1 || ':' || part.text, 0, sum(answered)
    FROM counted CROSS JOIN LATERAL string_to_table(tally, ',') WITH ORDINALITY AS part (text, position)
    WHERE grouped = 2 AND part.text <> '' GROUP BY 1, 2, 4
"""
"""What was asked and answered before there were totals of each department."""

REACH = "(SELECT current_setting('renraku.reach', true))"
TOPS = """(SELECT array_agg(substring(path FROM '/([0-9]+)/$')::bigint)
            FROM unnest((string_to_array(current_setting('renraku.reach', true), '|'))[2:]) AS above (path)
            WHERE path <> '')"""
WITHIN = f"{REACH} = 'all' OR person_id::text = split_part({REACH}, '|', 1) OR EXISTS ({{}})"
ONE_LOOK = f"""
    SELECT FROM person_search WHERE person_search.person_id = recipient.person_id AND person_search.within && {TOPS}
"""
"""Where a person belongs stands there with all that is above (0028): a fifth of the work of going up the tree."""

BY_TREE = f"""
    SELECT FROM membership JOIN department ON department.id = membership.department_id
    CROSS JOIN unnest((string_to_array({REACH}, '|'))[2:]) AS above (path)
    WHERE membership.person_id = recipient.person_id AND above.path <> '' AND starts_with(department.path, above.path)
"""


def upgrade() -> None:
    """Go forward."""
    op.execute(f"ALTER POLICY within_reach ON recipient USING ({WITHIN.format(ONE_LOOK)})")
    op.create_table(
        "reply_department",
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Enum("area", "answer", name="sharekind", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"], name=op.f("fk_reply_department_broadcast_id_broadcast"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("broadcast_id", "department_id", "kind", "key", name=op.f("pk_reply_department")),
        postgresql_with={"fillfactor": "75"},
    )  # fmt: skip
    op.create_table(
        "reply_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("rounds", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("departments", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("befores", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("afters", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("moments", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"], name=op.f("fk_reply_step_broadcast_id_broadcast"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_step")),
    )  # fmt: skip
    op.create_index(op.f("ix_reply_step_broadcast_id"), "reply_step", ["broadcast_id"])
    for view in (PARTS, COUNTS, PREFECTURES, DEPARTMENTS):
        op.execute(view)
    op.execute(COUNTED)
    op.add_column("recipient", sa.Column("first_by", sa.BigInteger(), nullable=True))
    op.add_column("recipient", sa.Column("latest_by", sa.BigInteger(), nullable=True))
    op.add_column("recipient", sa.Column("note", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back; the steps are taken into the totals first."""
    op.execute(f"ALTER POLICY within_reach ON recipient USING ({WITHIN.format(BY_TREE)})")
    op.drop_column("recipient", "note")
    op.drop_column("recipient", "latest_by")
    op.drop_column("recipient", "first_by")
    op.execute("""
        INSERT INTO reply_total (broadcast_id, round, kind, key, asked, answered, latest_at)
        SELECT broadcast_id, round, kind, key, 0, sum(answered), max(at) FROM reply_step_part GROUP BY 1, 2, 3, 4
        ON CONFLICT (broadcast_id, round, kind, key) DO UPDATE
        SET answered = reply_total.answered + excluded.answered,
            latest_at = greatest(reply_total.latest_at, excluded.latest_at)
    """)
    for view in ("reply_department_count", "area_prefecture", "reply_count", "reply_step_part"):
        op.execute(f"DROP VIEW {view}")
    op.drop_table("reply_step")
    op.drop_table("reply_department")
