"""People as a CSV in the layout of the import: a file that nobody touched changes nothing when it comes back."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from core import clock, csvout
from core.actor import Reach, What
from core.i18n import N_
from core.inputs import Input, field
from core.operations import query
from core.transaction import Transaction
from data.models.people import Department
from services.access import people_within, whole_names
from services.fields import conditions as own_conditions
from services.fields import own_fields, words_for
from services.people.addresses import MAILS, shown_mobile
from services.people.csv_file import CsvFile
from services.people.homes import shown_postal_code
from services.people.imports.headings import PEOPLE
from services.people.imports.snapshot import KnownPerson, known_people
from services.people.own import PERSON
from services.people.search import HasRegion, PeopleAsk, conditions

WHOLE_FIELDS = {"name", "kana"}
"""The import takes these instead of their parts."""

COLUMNS = tuple(column for column in PEOPLE if column.field not in WHOLE_FIELDS)
SEVERAL = "; "


class ExportAsk(Input):
    """Whom to export; retired people are not among them."""

    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    department_id: int | None = field(N_("Department and all below"), default=None, of="people.department_choices")
    area_code: str | None = field(
        N_("Region and all in it"), default=None, of="people.area_choices", sought="people.region_of"
    )
    region: HasRegion | None = field(N_("Regions"), default=None)
    role_id: int | None = field(N_("Permission set"), default=None, of="access.set_choices")
    list_id: int | None = field(N_("List"), default=None, of="people.list_choices")
    own: tuple[str, ...] = field(N_("Own fields"), default=(), max_length=50, hidden=True)


@query("people.export", N_("Export people as a CSV"), does=What.EXPORT)
def export_people(tx: Transaction, ask: ExportAsk) -> CsvFile:
    """Return the active people within reach as a CSV (UTF-8 with BOM, which Excel opens), by code."""
    wanted = (*conditions(PeopleAsk(**ask.model_dump())), *own_conditions(tx, PERSON, ask.own))
    return people_file(tx, wanted, export_people.reach(tx))


def people_file(tx: Transaction, which: Iterable[ColumnElement[bool]], reach: Reach) -> CsvFile:
    """Return the file of those people within a reach for whom these conditions hold."""
    wanted = (*which, people_within(reach, tx.actor))
    fields = own_fields(tx, PERSON.name)
    people = known_people(tx, wanted, reach, tx.actor)
    shown = {row.id: row.full_name for row in tx.execute(select(Department.id, Department.full_name))}
    used = {place for person in people for place in person.departments}
    names = whole_names(tx, ((place, shown[place]) for place in used))
    words = words_for(tx, fields, [person.own for person in people], files=True)
    head = [column.heading for column in COLUMNS] + [one.label_ja for one in fields]
    rows = [head, *([*_row(person, names), *words.all_written(person.own)] for person in people)]
    content = csvout.lines(rows).encode("utf-8-sig")
    return CsvFile(filename=f"people_{clock.today():%Y%m%d}.csv", content=content, rows=len(people))


def _row(person: KnownPerson, departments: dict[int, str]) -> list[str]:
    values, reachable = person.values, person.reachable
    mails = [*reachable.mails[:MAILS], *[""] * (MAILS - len(reachable.mails))]
    return [
        values.code, values.family_name, values.given_name, values.family_kana, values.given_kana, person.login or "",
        SEVERAL.join(departments[place] for place in person.departments), SEVERAL.join(person.regions),
        *mails, shown_mobile(reachable.mobile) if reachable.mobile else "",
        shown_postal_code(values.postal_code), values.address, values.language,
    ]  # fmt: skip
