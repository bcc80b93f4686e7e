"""messages every day: languages, branching, schedules, corrections, reminders, and who may create them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KINDS = ("test", "manual", "drill", "survey", "notice", "automatic")
QUESTIONS = ("choice", "choices", "text", "number", "date")
ENGLISH = {
    "mail_template": ("subject_en", "body_en"),
    "question_form": ("introduction_en",),
    "question": ("label_en", "unit_en"),
    "broadcast": ("title_en", "subject_en", "body_en", "introduction_en"),
}
CHECKS = (
    ("scheduled_is_a_draft", "send_at IS NULL OR (state = 'draft' AND scheduled_by IS NOT NULL)"),
    ("reminders_left", "remind_at IS NULL OR (remind_every > 0 AND reminded < remind_most)"),
    ("corrects_another", "corrects_id <> id"),
)
LOOKED_UP = ("send_at", "remind_at", "corrects_id")
MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
COLUMNS = (
    ("corrects_id", sa.BigInteger(), None),
    ("corrected_at", MOMENT, None),
    ("send_at", MOMENT, None),
    ("scheduled_by", sa.BigInteger(), None),
    ("schedule_trouble", JSON, None),
    ("remind_every", sa.BigInteger(), None),
    ("remind_most", sa.BigInteger(), "0"),
    ("remind_from", sa.BigInteger(), None),
    ("remind_until", sa.BigInteger(), None),
    ("reminded", sa.BigInteger(), "0"),
    ("remind_at", MOMENT, None),
)


def upgrade() -> None:
    """Go forward."""
    _one_of("broadcast", "broadcastkind", KINDS)
    _one_of("question", "questionkind", QUESTIONS)
    for table, columns in ENGLISH.items():
        for name in columns:
            op.add_column(table, sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("question", sa.Column("options_en", JSON, server_default="[]", nullable=False))
    op.add_column("question", sa.Column("only_if", JSON, nullable=True))
    op.add_column("mailing", sa.Column("versions", JSON, server_default="{}", nullable=False))
    for name, kind, default in COLUMNS:
        op.add_column("broadcast", sa.Column(name, kind, server_default=default, nullable=default is None))
    op.create_foreign_key(op.f("fk_broadcast_corrects_id_broadcast"), "broadcast", "broadcast", ["corrects_id"], ["id"])
    for name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_broadcast_{name}"), "broadcast", rule)
    for name in LOOKED_UP:
        op.create_index(f"ix_broadcast_{name}", "broadcast", [name], postgresql_where=sa.text(f"{name} IS NOT NULL"))
    op.create_table(
        "message_rule",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "creators",
            sa.Enum("appointed", "everybody", name="creators", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_message_rule_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_rule")),
    )


def downgrade() -> None:
    """Go back; what is of a kind that was not known before becomes the nearest one."""
    op.drop_table("message_rule")
    for name, _rule in CHECKS:
        op.drop_constraint(op.f(f"ck_broadcast_{name}"), "broadcast", type_="check")
    for name, _kind, _default in COLUMNS:
        op.drop_column("broadcast", name)
    op.drop_column("mailing", "versions")
    op.drop_column("question", "only_if")
    op.drop_column("question", "options_en")
    for table, columns in ENGLISH.items():
        for name in columns:
            op.drop_column(table, name)
    op.execute("UPDATE question SET kind = 'text' WHERE kind = 'date'")
    op.execute("UPDATE broadcast SET kind = 'manual' WHERE kind IN ('drill', 'survey', 'notice')")
    _one_of("question", "questionkind", QUESTIONS[:-1])
    _one_of("broadcast", "broadcastkind", ("test", "manual", "automatic"))


def _one_of(table: str, name: str, words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"kind IN ({listed})")
