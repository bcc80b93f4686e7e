"""Numbers that several people share on purpose (家族で共用の番号, X07), so that they count as duplicates no more."""

from sqlalchemy import text

from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from services.network.settling import settle
from services.people.within import ids_within

NUMBERS = """
    SELECT DISTINCT lower(value) FROM contact_point
    WHERE kind = 'mobile' AND person_id = ANY(CAST(:ids AS bigint[]))
"""
MARK = text(f"""
    INSERT INTO shared_number (value, people, account_id, marked_at)
    SELECT lower(held.value), count(DISTINCT held.person_id), :account_id, :now
    FROM contact_point AS held JOIN person ON person.id = held.person_id AND person.retired_at IS NULL
    WHERE held.kind = 'mobile' AND lower(held.value) IN ({NUMBERS})
    GROUP BY lower(held.value) HAVING count(DISTINCT held.person_id) > 1
    ON CONFLICT (value) DO UPDATE SET
        people = excluded.people, account_id = excluded.account_id, marked_at = excluded.marked_at
    RETURNING value
""")  # noqa: S608 - all of it is our own
UNMARK = text(f"DELETE FROM shared_number WHERE value IN ({NUMBERS}) RETURNING value")  # noqa: S608 - all of it is our own
TOUCH = text("INSERT INTO contact_stale (person_id) SELECT unnest(CAST(:ids AS bigint[]))")


class Share(Input):
    """Whose numbers are shared on purpose, or are no longer."""

    person_ids: list[int] = field(N_("People"), min_length=1, max_length=500, hidden=True)
    meant: bool = field(N_("Shared on purpose"), default=True)


class SharedNumbers(Row):
    """How many numbers it was said of."""

    count: int


@operation("network.share", N_("Say that a number is shared on purpose"), touches="shared_number")
def share_numbers(tx: Transaction, ask: Share) -> SharedNumbers:
    """Say of these people's numbers that those who have them now share them, or take that back (共用の指定).

    Somebody more with the number makes it a duplicate again.

    Raises:
        NotFound: when one of them is out of reach.
    """
    ids = ids_within(tx, share_numbers, ask.person_ids)
    if ask.meant:
        rows = tx.execute(MARK, {"ids": ids, "account_id": tx.actor.account_id, "now": tx.now}).all()
    else:
        rows = tx.execute(UNMARK, {"ids": ids}).all()
    tx.execute(TOUCH, {"ids": ids})
    settle(tx)
    tx.note("shared_number", None if ask.meant else len(rows), len(rows) if ask.meant else None)
    return SharedNumbers(count=len(rows))
