"""Giving people their former values, many at once (元に戻す)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from core.actor import What
from core.errors import Refused
from core.i18n import N_
from core.transaction import Transaction
from data.models.access import AccountStatus
from services.access import stop_accounts_of
from services.changes import RETIRED, Kind, Wanted, current
from services.people.external import set_external_ids
from services.people.kept.people_gone import close_accounts
from services.people.store import (
    PersonValues,
    Reachable,
    change_people,
    copy_rows,
    mark_regions,
    set_contacts,
    set_departments,
    set_logins,
    set_own,
    set_regions,
)

MAILS_TAKEN = N_("Somebody else uses the mail address {mail} by now, so nothing was undone.")
RETIRE = text("""
    UPDATE person SET retired_at = new.retired_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS new (id, retired_at)
    WHERE person.id = new.id
""")
REOPEN = text("""
    UPDATE account SET status = new.status
    FROM unnest(CAST(:people AS bigint[]), CAST(:statuses AS text[])) AS new (person_id, status)
    JOIN person ON person.id = new.person_id AND person.retired_at IS NULL
    WHERE account.person_id = new.person_id AND account.status = 'stopped'
""")
TAKEN = text("""
    SELECT mine.value
    FROM contact_point AS mine
    JOIN person ON person.id = mine.person_id AND person.retired_at IS NULL
    JOIN contact_point AS theirs ON lower(theirs.value) = lower(mine.value) AND theirs.kind = 'mail'
        AND theirs.person_id <> mine.person_id
    JOIN person AS other ON other.id = theirs.person_id AND other.retired_at IS NULL
    WHERE mine.person_id = ANY(CAST(:ids AS bigint[])) AND mine.kind = 'mail'
    LIMIT 1
""")


REGION_MARKS = "region_marks"
"""What a change-set calls why regions concern a person, and whose they are."""

OWN_FIELD = "own."
"""Before its code, what a change-set calls an own field."""


def bring_back(tx: Transaction, wanted: Sequence[Wanted], kind: Kind) -> list[int]:
    """Give people these values, make those who are no more; return the ids of the ones made.

    Raises:
        Refused: when somebody else uses one of the mail addresses, or no administrator would be left.
    """
    now = current(tx, kind, [one.record_id for one in wanted])
    made = [one.record_id for one in wanted if one.record_id not in now]
    _make(tx, [one for one in wanted if one.record_id not in now])
    then = {one.record_id: _merged(one, now.get(one.record_id, {})) for one in wanted}
    changes = {
        one.record_id: {*one.fields}
        if one.record_id in now
        else {*then[one.record_id], *(field.name for field in kind.fields)}
        for one in wanted
    }
    change_people(tx, {key: person_values(then[key]) for key in then if key in now})
    _set_parts(tx, then, changes)
    _set_logins(tx, then, changes)
    _set_retired(tx, then, changes)
    _set_status(tx, then, changes)
    if (taken := tx.scalar(TAKEN, {"ids": list(then)})) is not None:
        raise Refused(MAILS_TAKEN, mail=taken)
    return made


def person_values(values: Mapping[str, Any]) -> PersonValues:
    """Return what stands in the row of the person itself."""
    return PersonValues(*(values.get(name, "") for name in PersonValues._fields))


def own_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of own fields, by code."""
    return {name.removeprefix(OWN_FIELD): one for name, one in values.items() if name.startswith(OWN_FIELD)}


def _make(tx: Transaction, wanted: Sequence[Wanted]) -> None:
    columns = ("id", *PersonValues._fields, "created_at", "updated_at")
    copy_rows(tx, "person", columns, (
        (one.record_id, *person_values(one.values or {}), tx.now, tx.now) for one in wanted
    ))  # fmt: skip


def _merged(one: Wanted, now: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in now.items() if name not in one.fields}
    return kept | dict(one.values or {})


def _set_parts(tx: Transaction, then: Mapping[int, dict[str, Any]], changes: Mapping[int, set[str]]) -> None:
    def those(*names: str) -> list[int]:
        return [key for key, fields in changes.items() if not fields.isdisjoint(names)]

    set_departments(tx, {key: then[key].get("departments", ()) for key in those("departments")})
    set_regions(tx, {key: then[key].get("regions", ()) for key in those("regions")})
    mark_regions(tx, {key: then[key].get(REGION_MARKS, {}) for key in those("regions", REGION_MARKS)})
    own = [key for key, fields in changes.items() if any(name.startswith(OWN_FIELD) for name in fields)]
    set_own(tx, {key: own_of(then[key]) for key in own})
    set_external_ids(tx, {key: then[key].get("external_id", "") for key in those("external_id")})
    contacts = those("mails", "mobile")
    set_contacts(tx, {
        key: Reachable(tuple(then[key].get("mails", ())), then[key].get("mobile")) for key in contacts
    })  # fmt: skip


def _set_logins(tx: Transaction, then: Mapping[int, dict[str, Any]], changes: Mapping[int, set[str]]) -> None:
    touched = [key for key, fields in changes.items() if "login" in fields]
    close_accounts(tx, [key for key in touched if "login" not in then[key]])
    set_logins(tx, [(key, then[key]["login"]) for key in touched if "login" in then[key]])


def _set_retired(tx: Transaction, then: Mapping[int, dict[str, Any]], changes: Mapping[int, set[str]]) -> None:
    touched = [key for key, fields in changes.items() if RETIRED in fields]
    if touched:
        tx.execute(RETIRE, {"ids": touched, "moments": [then[key].get(RETIRED) for key in touched]})
        stop_accounts_of(tx, [key for key in touched if RETIRED in then[key]])


def _set_status(tx: Transaction, then: Mapping[int, dict[str, Any]], changes: Mapping[int, set[str]]) -> None:
    stopped = AccountStatus.STOPPED
    touched = {key: then[key].get("account_status") for key, fields in changes.items() if "account_status" in fields}
    stop_accounts_of(tx, [key for key, status in touched.items() if status == stopped])
    # Who may not open stopped accounts does not do it by way of an undo either.
    if tx.actor.may("access.reopen", What.DO):
        opened = {key: status for key, status in touched.items() if status not in {None, stopped}}
        tx.execute(REOPEN, {"people": list(opened), "statuses": list(opened.values())})
        tx.session.expire_all()
