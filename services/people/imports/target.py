"""What a row of a people file sets: worked out from what the file says and, if the person is there, what stands now."""

from typing import Any, NamedTuple

from services.people.imports.columns import MAIL_FIELDS
from services.people.imports.own import OwnCells
from services.people.imports.places import Path
from services.people.imports.rows import Draft
from services.people.imports.snapshot import KnownPerson
from services.people.store import PersonValues, Reachable

MAILS = frozenset(MAIL_FIELDS)
UNREACHABLE = Reachable((), None)
NOBODY = PersonValues("", "", "", "", "", "ja")


class Target(NamedTuple):
    """What is to be written of a person; None where nothing is to be done."""

    person_id: int | None
    values: PersonValues
    departments: tuple[int | Path, ...] | None
    regions: tuple[str, ...] | None
    reachable: Reachable | None
    login: str | None
    own: dict[str, Any] | None = None


def target_of(draft: Draft, known: KnownPerson | None, own: OwnCells) -> Target:
    """Return what a row sets. An empty cell of a mapped column clears, but never a code, a name or a login."""
    values = draft.values
    return Target(
        person_id=known.id if known else None,
        values=_called(values, known.values if known else NOBODY),
        departments=_departments(values, known),
        regions=_regions(values, known),
        reachable=_reachable(draft, known),
        login=_login(values, known),
        own=own.becomes(values, known.own if known else None),
    )


def changes_something(target: Target, known: KnownPerson) -> bool:
    """Say whether a target differs from what stands."""
    return target.values != known.values or any(part is not None for part in target[2:])


def _called(values: dict[str, Any], now: PersonValues) -> PersonValues:
    family, given = _names(values, (now.family_name, now.given_name))
    family_kana, given_kana = _kana(values, (now.family_kana, now.given_kana))
    code, language = values.get("code", now.code), values.get("language", now.language)
    postal_code, address = values.get("postal_code", now.postal_code), values.get("address", now.address)
    return PersonValues(code, family, given, family_kana, given_kana, language, postal_code, address)


def _names(values: dict[str, Any], now: tuple[str, str]) -> tuple[str, str]:
    if "name" in values:
        return now if not values["name"][0] or _same_unparted(values["name"], now) else values["name"]
    return values.get("family_name") or now[0], values.get("given_name") or now[1]


def _kana(values: dict[str, Any], now: tuple[str, str]) -> tuple[str, str]:
    if "kana" in values:
        return now if _same_unparted(values["kana"], now) else values["kana"]
    return values.get("family_kana", now[0]), values.get("given_kana", now[1])


def _same_unparted(written: tuple[str, str], now: tuple[str, str]) -> bool:
    # Written without a space it says nothing about where the one that we have stands.
    return bool(written[0]) and not written[1] and written[0] == "".join(now)


def _departments(values: dict[str, Any], known: KnownPerson | None) -> tuple[int | Path, ...] | None:
    wanted: tuple[int | Path, ...] | None = values.get("departments")
    if wanted is None or (known is None and not wanted):
        return None
    if known and known.departments[:1] == wanted[:1] and set(known.departments) == set(wanted):
        return None
    return wanted


def _regions(values: dict[str, Any], known: KnownPerson | None) -> tuple[str, ...] | None:
    wanted: tuple[str, ...] | None = values.get("regions")
    return None if wanted is None or wanted == (known.regions if known else ()) else wanted


def _reachable(draft: Draft, known: KnownPerson | None) -> Reachable | None:
    now = known.reachable if known else UNREACHABLE
    mails = draft.mails if not MAILS.isdisjoint(draft.values) else now.mails
    mobile = draft.values["mobile"] or None if "mobile" in draft.values else now.mobile
    same = mobile == now.mobile and (mails == now.mails or set(mails) == set(now.mails))
    return None if same else Reachable(mails, mobile)


def _login(values: dict[str, Any], known: KnownPerson | None) -> str | None:
    wanted: str | None = values.get("login") or None
    return None if known and wanted == known.login else wanted
