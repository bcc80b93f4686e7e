"""rules for tsunamis and special warnings too, cases, what waits, and why each round was asked.

What there is moves: rules for earthquakes become rules of that kind, each earthquake becomes a case, and what a rule
opened for it becomes its asking. Changes kept of rules are told in the new words, so that they can be undone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0045"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
MOMENT = sa.DateTime(timezone=True)
BEFORE = ("opened", "extended", "stopped", "silent")
NOW = ("opened", "extended", "stopped", "waiting", "silent")
NEW_FIELDS = '{"kind": "earthquake", "who": "regions", "warnings": [], "areas": [], "audience": {}, "waits": {}}'


def upgrade() -> None:
    """Go forward."""
    _make_rules()
    _make_cases()
    _make_askings()
    op.create_index("ix_telegram_report_time", "telegram", ["report_time"])
    _allow(NOW)
    _rename_changes("quake_rule", "rule")
    for action, side in (("added", "after"), ("removed", "before")):
        op.execute(f"""
            UPDATE change SET {side} = {side} || '{NEW_FIELDS}'
            WHERE kind = 'rule' AND action = '{action}' AND {side} IS NOT NULL
        """)  # noqa: S608 - our own words
    _move_forward()
    op.drop_table("quake_broadcast")
    op.drop_table("quake_telegram")
    op.drop_table("quake")


def downgrade() -> None:
    """Go back; rules and cases of tsunamis and special warnings go, and what waited is forgotten."""
    _make_quakes()
    op.execute("DELETE FROM asking WHERE case_id IN (SELECT id FROM safety_case WHERE kind <> 'earthquake')")
    op.execute("DELETE FROM asked_round WHERE rule_id IN (SELECT id FROM rule WHERE kind <> 'earthquake')")
    op.execute("INSERT INTO quake SELECT event_id FROM safety_case WHERE kind = 'earthquake'")
    op.execute("""
        INSERT INTO quake_telegram SELECT one.event_id, link.telegram_id
        FROM case_telegram link JOIN safety_case one ON one.id = link.case_id WHERE one.kind = 'earthquake'
    """)
    op.execute("""
        INSERT INTO quake_broadcast SELECT one.event_id, asking.rule_id, asking.broadcast_id, asking.cancelled_by
        FROM asking JOIN safety_case one ON one.id = asking.case_id WHERE asking.broadcast_id IS NOT NULL
    """)
    for table in ("asked_round", "asking", "case_telegram", "case_area", "safety_case"):
        op.drop_table(table)
    op.execute("DELETE FROM rule WHERE kind <> 'earthquake'")
    _rename_changes("rule", "quake_rule")
    for name in ("threshold_of_earthquakes", "grade_or_height_of_tsunamis", "one_policy", "warnings_of_weather",
                 "fixed_recipients", "waits_of_earthquakes"):  # fmt: skip
        op.drop_constraint(op.f(f"ck_rule_{name}"), "rule", type_="check")
    for column in ("kind", "grade", "height", "warnings", "who", "areas", "audience", "waits"):
        op.drop_column("rule", column)
    op.alter_column("rule", "threshold", nullable=False)
    _rename_rule("rule", "quake_rule")
    op.drop_index("ix_telegram_report_time", table_name="telegram")
    op.execute("UPDATE telegram SET verdict = 'silent' WHERE verdict = 'waiting'")
    _allow(BEFORE)


def _make_rules() -> None:
    op.drop_constraint(op.f("fk_quake_broadcast_rule_id_quake_rule"), "quake_broadcast", type_="foreignkey")
    _rename_rule("quake_rule", "rule")
    kinds = sa.Enum(
        "earthquake",
        "tsunami",
        "special_warning",
        name="rulekind",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    whom = sa.Enum(
        "regions", "fixed", "everybody", name="rulewho", native_enum=False, create_constraint=True, length=24
    )
    op.add_column("rule", sa.Column("kind", kinds, nullable=False, server_default="earthquake"))
    op.add_column("rule", sa.Column("who", whom, nullable=False, server_default="regions"))
    op.add_column("rule", sa.Column("grade", sa.String(), nullable=True))
    op.add_column("rule", sa.Column("height", sa.Float(), nullable=True))
    for column, empty in (("warnings", "[]"), ("areas", "[]"), ("audience", "{}"), ("waits", "{}")):
        op.add_column("rule", sa.Column(column, JSONB, nullable=False, server_default=empty))
    for column in ("kind", "who", "warnings", "areas", "audience", "waits"):
        op.alter_column("rule", column, server_default=None)
    op.alter_column("rule", "threshold", nullable=True)
    for name, check in (
        ("grade", "grade IN ('advisory', 'warning', 'major_warning')"),
        ("height", "height > 0 AND height <= 50"),
        ("threshold_of_earthquakes", "(kind = 'earthquake') = (threshold IS NOT NULL)"),
        ("grade_or_height_of_tsunamis", "(kind = 'tsunami') = (num_nonnulls(grade, height) = 1)"),
        ("one_policy", "num_nonnulls(grade, height) <= 1"),
        ("warnings_of_weather", "(kind = 'special_warning') = (warnings <> '[]'::jsonb)"),
        ("fixed_recipients", "who = 'fixed' OR (areas = '[]'::jsonb AND audience = '{}'::jsonb)"),
        ("waits_of_earthquakes", "kind = 'earthquake' OR waits = '{}'::jsonb"),
    ):
        op.create_check_constraint(op.f(f"ck_rule_{name}"), "rule", check)


def _rename_rule(old: str, new: str) -> None:
    op.rename_table(old, new)
    op.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {new}_id_seq")
    names = ("pk_{}", "uq_{}_name", "ck_{}_threshold", "fk_{}_form_id_question_form", "fk_{}_template_id_mail_template")
    for name in names:
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {name.format(old)} TO {name.format(new)}")


def _make_cases() -> None:
    kinds = sa.Enum(
        "earthquake",
        "tsunami",
        "special_warning",
        name="rulekind",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    op.create_table(
        "safety_case",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(kind = 'special_warning') = (event_id IS NULL)", name=op.f("ck_safety_case_event_id_unless_weather")
        ),
        sa.CheckConstraint(
            "(kind = 'special_warning') = (code IS NOT NULL)", name=op.f("ck_safety_case_code_of_weather")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_case")),
        sa.UniqueConstraint("kind", "event_id", name=op.f("uq_safety_case_kind_event_id")),
    )
    op.create_index(op.f("ix_safety_case_event_id"), "safety_case", ["event_id"])
    op.create_index(
        "ix_safety_case_going_on", "safety_case", ["code"],
        postgresql_where=sa.text("ended_at IS NULL AND code IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "case_area",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        _foreign("case_area", "case_id", "safety_case", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "area_code", name=op.f("pk_case_area")),
    )
    op.create_table(
        "case_telegram",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        _foreign("case_telegram", "case_id", "safety_case", ondelete="CASCADE"),
        _foreign("case_telegram", "telegram_id", "telegram"),
        sa.PrimaryKeyConstraint("case_id", "telegram_id", name=op.f("pk_case_telegram")),
    )
    op.create_index(op.f("ix_case_telegram_telegram_id"), "case_telegram", ["telegram_id"])


def _make_askings() -> None:
    states = sa.Enum(
        "waiting", "asked", "nobody", "cancelled", "held", name="askingstate", native_enum=False,
        create_constraint=True, length=24,
    )  # fmt: skip
    op.create_table(
        "asking",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("hits", JSONB, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("cancelled_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name=op.f("ck_asking_due_while_waiting")),
        sa.CheckConstraint("state <> 'asked' OR broadcast_id IS NOT NULL", name=op.f("ck_asking_asked_by_broadcast")),
        _foreign("asking", "case_id", "safety_case", ondelete="CASCADE"),
        _foreign("asking", "rule_id", "rule"),
        _foreign("asking", "telegram_id", "telegram"),
        _foreign("asking", "broadcast_id", "broadcast"),
        _foreign("asking", "cancelled_by", "telegram"),
        sa.PrimaryKeyConstraint("case_id", "rule_id", name=op.f("pk_asking")),
    )
    op.create_index("ix_asking_due", "asking", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_asking_rule", "asking", ["rule_id", "asked_at"])
    op.create_index(op.f("ix_asking_broadcast_id"), "asking", ["broadcast_id"])
    op.create_index(op.f("ix_asking_telegram_id"), "asking", ["telegram_id"])
    op.create_table(
        "asked_round",
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("hits", JSONB, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _foreign("asked_round", "broadcast_id", "broadcast", ondelete="CASCADE"),
        _foreign("asked_round", "telegram_id", "telegram"),
        _foreign("asked_round", "rule_id", "rule"),
        sa.PrimaryKeyConstraint("broadcast_id", "round", name=op.f("pk_asked_round")),
    )


def _foreign(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete=ondelete)


def _move_forward() -> None:
    op.execute("""
        INSERT INTO safety_case (kind, event_id, began_at)
        SELECT 'earthquake', quake.event_id, coalesce(min(telegram.report_time), now())
        FROM quake LEFT JOIN quake_telegram link USING (event_id) LEFT JOIN telegram ON telegram.id = link.telegram_id
        GROUP BY quake.event_id ORDER BY 3, 2
    """)
    op.execute("""
        INSERT INTO case_telegram SELECT one.id, link.telegram_id
        FROM quake_telegram link JOIN safety_case one USING (event_id)
    """)
    op.execute("""
        INSERT INTO asking (case_id, rule_id, state, telegram_id, hits, broadcast_id, asked_at, cancelled_by)
        SELECT one.id, old.rule_id, 'asked', told.telegram_id, '{}', old.broadcast_id, broadcast.sent_at,
            old.cancelled_by
        FROM quake_broadcast old JOIN safety_case one USING (event_id) JOIN broadcast ON broadcast.id = old.broadcast_id
        JOIN LATERAL (
            SELECT telegram.id AS telegram_id FROM quake_telegram link JOIN telegram ON telegram.id = link.telegram_id
            WHERE link.event_id = old.event_id
            ORDER BY (telegram.verdict = 'opened') DESC, telegram.received_at, telegram.id LIMIT 1
        ) told ON true
    """)
    op.execute("""
        INSERT INTO asked_round
        SELECT DISTINCT ON (broadcast_id) broadcast_id, 0, telegram_id, rule_id, '{}'::jsonb, asked_at
        FROM asking ORDER BY broadcast_id, asked_at, telegram_id
    """)


def _rename_changes(old: str, new: str) -> None:
    op.execute(f"UPDATE change SET kind = '{new}' WHERE kind = '{old}'")  # noqa: S608 - our own words
    op.execute(f"UPDATE change_undo_row SET kind = '{new}' WHERE kind = '{old}'")  # noqa: S608 - our own words
    op.execute(
        f"UPDATE change_set SET counts = (counts - '{old}') || jsonb_build_object('{new}', counts->'{old}') "  # noqa: S608
        f"WHERE jsonb_exists(counts, '{old}')"
    )


def _allow(verdicts: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in verdicts)
    op.drop_constraint(op.f("ck_telegram_verdict"), "telegram", type_="check")
    op.create_check_constraint(op.f("ck_telegram_verdict"), "telegram", f"verdict IN ({listed})")


def _make_quakes() -> None:
    op.create_table(
        "quake",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_quake")),
    )
    op.create_table(
        "quake_telegram",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["quake.event_id"], name=op.f("fk_quake_telegram_event_id_quake")),
        _foreign("quake_telegram", "telegram_id", "telegram"),
        sa.PrimaryKeyConstraint("event_id", "telegram_id", name=op.f("pk_quake_telegram")),
    )
    op.create_index(op.f("ix_quake_telegram_telegram_id"), "quake_telegram", ["telegram_id"])
    op.create_table(
        "quake_broadcast",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_by", sa.BigInteger(), nullable=True),
        _foreign("quake_broadcast", "broadcast_id", "broadcast"),
        _foreign("quake_broadcast", "cancelled_by", "telegram"),
        sa.ForeignKeyConstraint(["event_id"], ["quake.event_id"], name=op.f("fk_quake_broadcast_event_id_quake")),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_quake_broadcast_rule_id_quake_rule")),
        sa.PrimaryKeyConstraint("event_id", "rule_id", name=op.f("pk_quake_broadcast")),
    )
    op.create_index(op.f("ix_quake_broadcast_broadcast_id"), "quake_broadcast", ["broadcast_id"])
    op.create_index(op.f("ix_quake_broadcast_rule_id"), "quake_broadcast", ["rule_id"])
