"""A change of a person in the writing for people: what stands now, what the file says."""

from services.people.addresses import shown_mobile
from services.people.homes import shown_postal_code
from services.people.imports.places import Places
from services.people.imports.plan import Change
from services.people.imports.snapshot import KnownPerson
from services.people.imports.target import Target
from services.people.regions.names import full_name
from services.people.store import PersonValues, Reachable

BETWEEN = "; "


def changes_of(target: Target, known: KnownPerson, places: Places) -> list[Change]:
    """Return what a row changes, by field."""
    found: list[Change] = []
    for name in PersonValues._fields:
        before, after = getattr(known.values, name), getattr(target.values, name)
        if before != after:
            said = shown_postal_code if name == "postal_code" else str
            found.append((name, said(before), said(after)))
    if target.departments is not None:
        before, after = (BETWEEN.join(map(places.name_of, side)) for side in (known.departments, target.departments))
        found.append(("departments", before, after))
    if target.regions is not None:
        before, after = (BETWEEN.join(map(full_name, side)) for side in (known.regions, target.regions))
        found.append(("regions", before, after))
    if target.reachable is not None:
        found += _changed_contacts(known.reachable, target.reachable)
    if target.login is not None:
        found.append(("login", known.login or "", target.login))
    return found


def _changed_contacts(before: Reachable, after: Reachable) -> list[Change]:
    found: list[Change] = []
    if set(before.mails) != set(after.mails):
        found.append(("mails", BETWEEN.join(before.mails), BETWEEN.join(after.mails)))
    if before.mobile != after.mobile:
        was, will_be = (shown_mobile(side) if side else "" for side in (before.mobile, after.mobile))
        found.append(("mobile", was, will_be))
    return found
