"""What holds for people, as SQL that makes it from what is stored: one statement for however many (連絡網の判定).

The rule: a mobile number is missing where a person has none, from the office or private; malformed as
``services.network.numbers`` judges it; duplicate where another active person has the same one and nobody said that
so many people share it. A miss in the last test counts until the contact point that failed is gone, or, for somebody
who had none, until there is one.
"""

from sqlalchemy import text

from data.models.network import Fact

PLAIN_MOBILE = r"^\+81[789]0[1-9][0-9]{7}$"
"""A Japanese mobile number as it is kept: nothing is to be judged."""

OTHERS = """
    SELECT 1 FROM contact_point AS other
    JOIN person AS owner ON owner.id = other.person_id AND owner.retired_at IS NULL
    WHERE other.kind = 'mobile' AND lower(other.value) = lower(mine.value) AND other.person_id <> mine.person_id
"""
MEANT = """
    SELECT 1 FROM shared_number WHERE shared_number.value = lower(mine.value) AND shared_number.people >= (
        SELECT count(DISTINCT other.person_id) FROM contact_point AS other
        JOIN person AS owner ON owner.id = other.person_id AND owner.retired_at IS NULL
        WHERE other.kind = 'mobile' AND lower(other.value) = lower(mine.value)
    )
"""
POINTS = f"""
    SELECT bit_or(
        CASE mine.kind
            WHEN 'mail' THEN CASE mine.origin WHEN 'office' THEN {Fact.COMPANY_MAIL:d} ELSE {Fact.PRIVATE_MAIL:d} END
            WHEN 'mobile' THEN {Fact.MOBILE:d} WHEN 'app' THEN {Fact.APP:d} ELSE {Fact.LINE:d} END
        | CASE WHEN mine.verified_at IS NOT NULL THEN {Fact.VERIFIED:d} ELSE 0 END
        | CASE mine.state WHEN 'dead' THEN {Fact.FAILING:d} ELSE {Fact.ALIVE:d} END
        | CASE WHEN mine.disputed_at IS NOT NULL THEN {Fact.DISPUTED:d} ELSE 0 END
        | CASE WHEN mine.kind = 'mobile' AND judged.fault IS NOT NULL THEN {Fact.MALFORMED:d} ELSE 0 END
        | CASE WHEN mine.kind <> 'mobile' OR NOT EXISTS ({OTHERS}) THEN 0
               WHEN EXISTS ({MEANT}) THEN {Fact.SHARED:d} ELSE {Fact.DUPLICATE:d} END
    ) AS facts
    FROM contact_point AS mine
    LEFT JOIN judged_number AS judged ON judged.contact_point_id = mine.id AND judged.value = mine.value
    WHERE mine.person_id = person.id
"""  # noqa: S608 - all of it is our own
MISSED = """
    SELECT 1 FROM missed_in_test AS missed
    WHERE missed.person_id = person.id AND CASE WHEN missed.contact_point_id IS NULL
        THEN NOT EXISTS (SELECT 1 FROM contact_point WHERE contact_point.person_id = person.id)
        ELSE EXISTS (SELECT 1 FROM contact_point WHERE contact_point.id = missed.contact_point_id) END
"""
# One person after the other: right after a large import PostgreSQL knows nothing of these tables.
MAKE = text(f"""
    INSERT INTO contact_standing (person_id, sort_key, facts)
    SELECT person.id, person.sort_key,
        coalesce(points.facts, 0) | CASE WHEN EXISTS ({MISSED}) THEN {Fact.MISSED:d} ELSE 0 END
    FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT id, sort_key FROM person
        WHERE id = asked.id AND retired_at IS NULL AND erased_at IS NULL OFFSET 0
    ) AS person
    LEFT JOIN LATERAL ({POINTS}) AS points ON true
    ON CONFLICT (person_id) DO UPDATE SET sort_key = excluded.sort_key, facts = excluded.facts
    WHERE (contact_standing.sort_key, contact_standing.facts) IS DISTINCT FROM (excluded.sort_key, excluded.facts)
""")  # noqa: S608 - all of it is our own
LEAVE = text("""
    DELETE FROM contact_standing USING person
    WHERE contact_standing.person_id = ANY(CAST(:ids AS bigint[])) AND person.id = contact_standing.person_id
      AND (person.retired_at IS NOT NULL OR person.erased_at IS NOT NULL)
""")
