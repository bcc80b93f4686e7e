"""The main department (主務): whoever is left without one gets the first of those that stay."""

from collections.abc import Collection

from sqlalchemy import text

from core.transaction import Transaction

ANOTHER = text("""
    UPDATE membership SET main = true
    FROM (
        SELECT person_id, min(department_id) AS department_id FROM membership
        WHERE person_id = ANY(CAST(:ids AS bigint[])) GROUP BY person_id HAVING NOT bool_or(main)
    ) AS first
    WHERE membership.person_id = first.person_id AND membership.department_id = first.department_id
""")


def give_main(tx: Transaction, ids: Collection[int]) -> None:
    """Make the first department of each of these people the main one, where none is; whoever has none at all stays so.

    What the session holds of memberships is for the caller to let go of.
    """
    tx.execute(ANOTHER, {"ids": list(ids)})
