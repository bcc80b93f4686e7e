"""Why a mobile number that is kept cannot be used (不正な携帯番号, X07): judged once, when it was written.

What forms and imports take is right already. What older versions kept, or another program wrote, may be anything.
"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType
from sqlalchemy import text

from core.transaction import Transaction
from data.models.network import NumberFault
from services.network.facts import PLAIN_MOBILE
from services.people import MOBILE_TYPES

TO_JUDGE = text(f"""
    SELECT mine.id, mine.value
    FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT id, value FROM contact_point
        WHERE person_id = asked.id AND kind = 'mobile' AND value !~ '{PLAIN_MOBILE}' OFFSET 0
    ) AS mine
    LEFT JOIN judged_number AS judged ON judged.contact_point_id = mine.id AND judged.value = mine.value
    WHERE judged.contact_point_id IS NULL
""")  # noqa: S608 - all of it is our own
KEEP = text("""
    INSERT INTO judged_number (contact_point_id, value, fault)
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS text[]), CAST(:faults AS text[]))
    ON CONFLICT (contact_point_id) DO UPDATE SET value = excluded.value, fault = excluded.fault
""")


def judge_numbers(tx: Transaction, person_ids: list[int]) -> None:
    """Judge those numbers of these people that nobody has judged yet."""
    rows = tx.execute(TO_JUDGE, {"ids": person_ids}).all()
    if rows:
        faults = [fault_of(row.value) for row in rows]
        values = [row.value for row in rows]
        tx.execute(KEEP, {"ids": [row.id for row in rows], "values": values, "faults": faults})


def fault_of(value: str) -> NumberFault | None:
    """Return what is wrong with a number as it is kept; None: nothing."""
    try:
        number = phonenumbers.parse(value, "JP")
    except NumberParseException:
        return NumberFault.WRITING
    if not phonenumbers.is_valid_number(number):
        possible = phonenumbers.is_possible_number_for_type(number, PhoneNumberType.MOBILE)
        return NumberFault.UNKNOWN if possible else NumberFault.LENGTH
    if phonenumbers.number_type(number) not in MOBILE_TYPES:
        return NumberFault.LANDLINE
    return None if phonenumbers.format_number(number, PhoneNumberFormat.E164) == value else NumberFault.WRITING
