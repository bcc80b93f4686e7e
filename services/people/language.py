"""The language in which the organisation writes to a person (配信言語)."""

from sqlalchemy import update

from core.transaction import Transaction
from data.models.people import Person


def set_language_of(tx: Transaction, person_id: int, language: str) -> None:
    """Let somebody be written to in this language; counts as a change of the person."""
    mine = update(Person).where(Person.id == person_id, Person.language != language)
    tx.execute(mine.values(language=language, version=Person.version + 1, updated_at=tx.now))
    tx.session.expire_all()
