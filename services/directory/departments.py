"""What a run would do with departments: found by the vendor's keys, parents in any order, cycles refused by name."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.i18n import N_
from core.inputs import WrongValue
from data.models.directory import StagedDepartment, Step
from services.access import shown_line
from services.directory.steps import Line
from services.people.imports.department_codes import around, differing
from services.people.imports.places import Known, Path, Places
from services.people.imports.plan import Problem
from services.people.text import code as clean_code
from services.people.tree import Node, department_name

TWICE = N_("The directory names this department twice. Correct it there.")
NO_PARENT = N_("The department above it does not stand in the directory. Correct it there.")
PARENT_FAULTY = N_("The department above it, “{name}”, cannot be taken.")
CYCLE = N_("This department would lie below itself: {names}. Correct it in the directory.")
SAME_NAME = N_("Another department of this name lies in the same place.")
CODE_TAKEN = N_("Another department has this code.")
RETIRED = N_("The department “{name}” is retired here. Reinstate it, or take it out of the directory.")
NO_NAME = N_("This department has no name in the directory.")


@dataclass(slots=True)
class Wanted:
    """A department of the vendor with what it is here: ``place`` is its id, or its names from the top if it is new."""

    key: str
    name: str
    parent_key: str | None
    code: str | None
    known: Known | None = None
    place: int | Path | None = None
    problems: list[Problem] = field(default_factory=list)

    def blame(self, message: str, /, **values: object) -> None:
        """Note why it cannot be taken."""
        self.problems.append(Problem("", message, {name: str(value) for name, value in values.items()}))


class DepartmentPlan:
    """All departments of the vendor, those to be made and changed here, and what the preview says of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self.places: dict[str, int | Path] = {}
        self.faulty: dict[str, str] = {}
        self.new: list[Node] = []
        self.changed: list[Node] = []
        self.lines: list[Line] = []
        self.lost = False
        """Whether none is told any more, though some that were synced before are in use here."""


def plan_departments(staged: Sequence[StagedDepartment], links: Mapping[str, int], places: Places) -> DepartmentPlan:
    """Return what would become of departments; ``links`` has the ids of those that were synced before, by key."""
    wanted = _read(staged)
    by_key = {one.key: one for one in wanted}
    _recognise(wanted, by_key, links, places)
    ordered = _from_the_top(wanted, by_key)
    plan = DepartmentPlan()
    # One that cannot be taken stays where it is, and may so stand in the way of others.
    while _settled(ordered, by_key, places):
        pass
    for one in ordered:
        _decide(plan, one, by_key, places)
    gone = _gone(links, by_key, places)
    plan.lines += gone
    plan.lost = not wanted and bool(gone)
    return plan


def _read(staged: Sequence[StagedDepartment]) -> list[Wanted]:
    # Pages may overlap, and some vendors tell a department once on each: what says the same is the same.
    said = {(one.key, one.name, one.parent_key, one.code): one for one in staged}
    times = Counter(one.key for one in said.values())
    wanted: dict[str, Wanted] = {}
    for one in said.values():
        made = Wanted(one.key, one.name.strip(), one.parent_key or None, None)
        try:
            made.name = department_name(one.name)
            made.code = clean_code(one.code or "") or None
        except WrongValue as error:
            made.blame(error.message, **error.values)
        if not made.name:
            made.blame(NO_NAME)
        if times[one.key] > 1:
            made.blame(TWICE)
        wanted.setdefault(one.key, made)
    return list(wanted.values())


def _recognise(
    wanted: Sequence[Wanted], by_key: Mapping[str, Wanted], links: Mapping[str, int], places: Places
) -> None:
    linked = set(links.values())
    free = {(one.parent_id, one.name): one for one in places.by_id.values() if one.id not in linked}
    children: dict[str | None, list[Wanted]] = defaultdict(list)
    for one in wanted:
        one.known = places.by_id.get(links.get(one.key, 0))
        children[one.parent_key if one.parent_key in by_key else None].append(one)
    # From the top down: one of the same name in the same place, that no key leads to yet, is the same.
    level = children[None]
    while level:
        for one in level:
            upper = by_key.get(one.parent_key) if one.parent_key else None
            above = upper.known if upper else None
            if one.known is None and (above is not None or one.parent_key is None):
                one.known = free.pop((above.id if above else None, one.name), None)
        level = [below for one in level for below in children[one.key]]


def _from_the_top(wanted: Sequence[Wanted], by_key: Mapping[str, Wanted]) -> list[Wanted]:
    # Each after the one above it, whatever the order of the pages; what never gets its turn lies in a cycle, or below.
    children: dict[str, list[Wanted]] = defaultdict(list)
    ordered: list[Wanted] = []
    for one in wanted:
        if one.parent_key is not None and one.parent_key in by_key:
            children[one.parent_key].append(one)
        else:
            ordered.append(one)
    for one in ordered:  # grows while it is gone through
        ordered += children[one.key]
    done = {one.key for one in ordered}
    for one in wanted:
        if one.key not in done:
            one.blame(CYCLE, names=around(_line(one, by_key)))
            ordered.append(one)
    return ordered


def _line(one: Wanted, by_key: Mapping[str, Wanted]) -> list[str]:
    names, passed, at = [one.name], {one.key}, one
    while at.parent_key is not None:
        at = by_key[at.parent_key]
        names.append(at.name)
        if at.key in passed:
            break
        passed.add(at.key)
    return names


def _settled(ordered: Sequence[Wanted], by_key: Mapping[str, Wanted], places: Places) -> bool:
    sound = [one for one in ordered if not one.problems]
    moving = {one.known.id for one in sound if one.known}
    stays = [one for one in places.by_id.values() if one.id not in moving]
    taken: dict[object, object] = {(one.parent_id, one.name): one.id for one in stays}
    codes: dict[str, object] = {one.code: one.id for one in stays if one.code}
    codes |= {one.known.code: one.known.id for one in sound if one.known and one.known.code and not one.code}
    for one in sound:
        _settle(one, by_key, taken, codes)
    return any(one.problems for one in sound)


def _settle(one: Wanted, by_key: Mapping[str, Wanted], taken: dict[object, object], codes: dict[str, object]) -> None:
    above = by_key.get(one.parent_key) if one.parent_key else None
    if one.parent_key and above is None:
        one.blame(NO_PARENT)
    elif above is not None and above.problems:
        one.blame(PARENT_FAULTY, name=above.name)
    if one.known is not None and one.known.retired:
        one.blame(RETIRED, name=one.known.full_name)
    if one.problems:
        return
    one.place = one.known.id if one.known else _path(one, by_key)
    who = one.known.id if one.known else one.key
    if taken.setdefault((above.place if above else None, one.name), who) != who:
        one.blame(SAME_NAME)
    if one.code and codes.setdefault(one.code, who) != who:
        one.blame(CODE_TAKEN)


def _path(one: Wanted | None, by_key: Mapping[str, Wanted]) -> Path:
    names: list[str] = []
    while one is not None:
        names.append(one.name)
        one = by_key.get(one.parent_key) if one.parent_key else None
    return tuple(reversed(names))


def _decide(plan: DepartmentPlan, one: Wanted, by_key: Mapping[str, Wanted], places: Places) -> None:
    if one.problems or one.place is None:
        plan.faulty[one.key] = one.name
        plan.lines.append(Line.department(Step.ERROR, one.code, one.name, problems=one.problems))
        if one.known is not None and not one.known.retired:  # whoever is in it stays in it
            plan.places[one.key] = one.known.id
        return
    above = by_key[one.parent_key].place if one.parent_key else None
    path = _path(one, by_key)
    full_name = shown_line(path)
    plan.places[one.key] = one.place
    if one.known is None:
        plan.new.append(Node(one.place, above, one.name, one.code))
        plan.lines.append(Line.department(Step.ADD, one.code, full_name))
        return
    now = places.by_id[one.known.id]
    node = Node(now.id, above, one.name, one.code or now.code)
    if node != Node(now.id, now.parent_id, now.name, now.code):
        plan.changed.append(node)
        pairs = (("path", *differing(places.names_of(now), path)), ("code", now.code or "", node.code or ""))
        changes = [pair for pair in pairs if pair[1] != pair[2]]
        plan.lines.append(Line.department(Step.CHANGE, node.code, full_name, changes=changes))


def _gone(links: Mapping[str, int], by_key: Mapping[str, Wanted], places: Places) -> list[Line]:
    gone = (places.by_id[place] for key, place in links.items() if key not in by_key)
    return [Line.department(Step.GONE, one.code, one.full_name) for one in gone if not one.retired]
