"""By which identifiers directories know people and departments (外部ID, ``externalId`` of SCIM)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, text

from core.transaction import Transaction
from data.models.scim import ExternalId

SET = """
    INSERT INTO external_id ({noun}, value)
    SELECT id, value FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS text[])) AS new (id, value)
    ON CONFLICT ({noun}) DO UPDATE SET value = excluded.value
"""


def set_external_ids(tx: Transaction, people: Mapping[int, str]) -> None:
    """Keep by which identifier a directory knows people; empty: by none."""
    _set(tx, ExternalId.person_id, people)


def set_external_ids_of_departments(tx: Transaction, departments: Mapping[int, str]) -> None:
    """Keep by which identifier a directory knows departments; empty: by none."""
    _set(tx, ExternalId.department_id, departments)


def _set(tx: Transaction, noun: Any, wanted: Mapping[int, str]) -> None:
    gone = [key for key, value in wanted.items() if not value]
    if gone:
        tx.execute(delete(ExternalId).where(noun == func.any(gone)).execution_options(synchronize_session=False))
    named = {key: value for key, value in wanted.items() if value}
    if named:
        statement = text(SET.format(noun=noun.key))
        tx.execute(statement, {"ids": list(named), "values": list(named.values())})
