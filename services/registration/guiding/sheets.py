"""What stands on people's pages: read set-based, for one or for the 500 of a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from data.models.setup import OrganisationLogo
from services.registration.guiding.pdf import Sheet
from services.registration.guiding.texts import Sender, sender_of, texts
from services.registration.links import VALID_DAYS


class Ready(NamedTuple):
    """Everything that a file needs, so that it is drawn without a transaction."""

    sheets: list[Sheet]
    sender: Sender
    logo: bytes | None
    until: datetime


def ready(tx: Transaction, tokens: Mapping[int, str]) -> Ready:
    """Read what the pages of these people say; they are in the order of their departments, then of their kana."""
    return Ready(
        _sheets(tx, tokens), sender_of(tx, texts(tx)), tx.scalar(select(OrganisationLogo.content)),
        tx.now + timedelta(days=VALID_DAYS),
    )  # fmt: skip


def in_order(tx: Transaction, person_ids: Sequence[int]) -> list[int]:
    """Return people by their main departments, then by kana: pages are handed out department by department."""
    found = (
        select(Person.id)
        .outerjoin(Membership, (Membership.person_id == Person.id) & Membership.main)
        .outerjoin(Department, Department.id == Membership.department_id)
        .where(Person.id == func.any(list(person_ids)))
        .order_by(Department.full_name, Person.sort_key, Person.id)
    )
    return list(tx.execute(found).scalars())


def _sheets(tx: Transaction, tokens: Mapping[int, str]) -> list[Sheet]:
    main = (
        select(Department.full_name).join(Membership).where(Membership.person_id == Person.id, Membership.main)
    ).scalar_subquery()
    found = select(
        Person.id, Person.family_name, Person.given_name, Person.family_kana, Person.given_kana, Person.code,
        Person.language, main.label("department"),
    ).where(Person.id == func.any(list(tokens)), Person.retired_at.is_(None), Person.erased_at.is_(None))  # fmt: skip
    people = {row.id: row for row in tx.execute(found)}
    return [
        Sheet(
            name=f"{row.family_name} {row.given_name}".strip(), kana=f"{row.family_kana} {row.given_kana}".strip(),
            code=row.code, department=row.department or "", language=row.language, token=tokens[row.id],
        )
        for row in (people[one] for one in in_order(tx, list(people)))
    ]  # fmt: skip
