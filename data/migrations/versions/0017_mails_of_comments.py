"""Mails to those whom comments call, and beginnings of own texts: by what both are found."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXTS = """
    INSERT INTO person_own (person_id, field_id, words)
    SELECT person.id, own_field.id, lower(normalize(person.own ->> own_field.code, NFKC) COLLATE "default")
    FROM person
    JOIN own_field ON own_field.noun = 'person' AND own_field.kind = 'text' AND person.own ? own_field.code
    WHERE person.own <> '{}'
"""


def upgrade() -> None:
    """Go forward."""
    op.add_column("account", sa.Column("call_mails", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("comment_mention", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person_own", sa.Column("words", sa.String(), nullable=True))
    op.execute(TEXTS)
    op.create_index(
        "ix_person_own_words",
        "person_own",
        ["field_id", "words", "person_id"],
        unique=False,
        postgresql_ops={"words": "text_pattern_ops"},
        postgresql_where=sa.text("words IS NOT NULL"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_person_own_words", "person_own")
    op.execute("DELETE FROM person_own USING own_field WHERE own_field.id = field_id AND own_field.kind = 'text'")
    op.drop_column("person_own", "words")
    op.drop_column("comment_mention", "mailed_at")
    op.drop_column("account", "call_mails")
