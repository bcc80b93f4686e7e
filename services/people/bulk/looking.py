"""The preview of a change of many: how many, who is left out and why, and the first of those who change."""

from collections.abc import Sequence

from sqlalchemy import func, select

from core.actor import What
from core.i18n import N_, _
from core.operations import query
from core.shown import labelled, said
from core.transaction import Transaction
from data.models.areas import Area
from data.models.changes import ChangeSet
from data.models.people import Department, Membership, Person, PersonRegion
from services.changes import set_of
from services.fields import own_fields, words_for
from services.people.bulk.asks import BulkAsk, BulkDone, BulkPreview, BulkWork, Left, Sample
from services.people.bulk.edits import Edits
from services.people.bulk.plan import CHANGE, EDIT, RETIRE, edits_of, plan
from services.people.kept.people import LANGUAGES

SHOWN = 10
BETWEEN = "　"


@query("people.bulk_preview", N_("See what a change of many would do"))
def preview_bulk(tx: Transaction, ask: BulkAsk) -> BulkPreview:
    """Return what changing or retiring these people would do (一括変更の確認); nothing is changed.

    Raises:
        NotAllowed: when the actor may not do it. Refused: when nobody or nothing is chosen.
        Invalid: when a value cannot be used.
    """
    tx.actor.require(RETIRE if ask.retire else EDIT, What.BULK)
    edits = None if ask.retire else edits_of(tx, ask)
    found = plan(tx, ask, edits)
    left = [Left(reason=_(reason), count=count) for reason, count in found.counts.items() if reason != CHANGE]
    return BulkPreview(
        chosen=sum(found.counts.values()), changed=len(found.ids), left=sorted(left, key=lambda one: -one.count),
        samples=_samples(tx, found.ids, edits),
    )  # fmt: skip


@query("people.bulk_result", N_("See what a change of many has done"))
def bulk_result(tx: Transaction, ask: BulkWork) -> BulkDone:
    """Return the change-set that a job made, if it has ended and the actor may see it."""
    set_id = set_of(tx, f"work:{ask.work_id}")
    count = tx.scalar(select(ChangeSet.records).where(ChangeSet.id == set_id)) if set_id is not None else 0
    return BulkDone(count=count, work_id=ask.work_id, change_set_id=set_id)


def _samples(tx: Transaction, ids: Sequence[int], edits: Edits | None) -> list[Sample]:
    first = select(Person).where(Person.id == func.any(list(ids))).order_by(Person.sort_key, Person.id).limit(SHOWN)
    people = list(tx.execute(first).scalars())
    if edits is None:
        return [_sample(one, _(N_("Active")), _(N_("Retired"))) for one in people]
    parts = _Parts(tx, edits, people)
    return [_sample(one, BETWEEN.join(parts.before(one)), BETWEEN.join(parts.after(one))) for one in people]


def _sample(person: Person, before: str, after: str) -> Sample:
    return Sample(id=person.id, code=person.code, name=person.name, before=before, after=after)


class _Parts:
    """Writes what stands now and what would stand, of the parts that a change is about."""

    def __init__(self, tx: Transaction, edits: Edits, people: Sequence[Person]) -> None:
        ids = [one.id for one in people]
        self._edits = edits
        self._places: dict[int, list[tuple[int, str, bool]]] = {one: [] for one in ids}
        members = select(Membership, Department.full_name).join(Department).where(Membership.person_id == func.any(ids))
        for row in tx.execute(members.order_by(Membership.main.desc(), Department.full_name)):
            self._places[row.Membership.person_id].append((row.Membership.department_id, row[1], row.Membership.main))
        new = [edits.ask.main_department_id, edits.ask.join_department_id]
        names = select(Department.id, Department.full_name).where(Department.id.in_([one for one in new if one]))
        self._names = {row.id: row.full_name for row in tx.execute(names)}
        self._area = tx.scalar(select(Area.name).where(Area.code == edits.ask.area_code)) or ""
        regions = select(PersonRegion.person_id, Area.name).join(Area, Area.code == PersonRegion.area_code)
        self._regions: dict[int, list[str]] = {one: [] for one in ids}
        for row in tx.execute(regions.where(PersonRegion.person_id == func.any(ids)).order_by(Area.code)):
            self._regions[row.person_id].append(row.name)
        fields = [one for one in own_fields(tx, "person") if one.code in edits.ask.own]
        self._own = words_for(tx, fields, [edits.set, *(one.own for one in people)])

    def before(self, person: Person) -> list[str]:
        """Return what stands now."""
        ask = self._edits.ask
        found = []
        if self._names:
            found.append(said([name for _id, name, _main in self._places[person.id]]))
        if ask.area_code:
            found.append(said(self._regions[person.id]))
        if ask.language:
            found.append(_(LANGUAGES[person.language]))
        return found + [labelled(label, text or said(None)) for label, text in self._own.all_said(person.own).items()]

    def after(self, person: Person) -> list[str]:
        """Return what would stand."""
        ask = self._edits.ask
        found = []
        if self._names:
            found.append(said(list(dict.fromkeys(self._moved(person)))))
        if ask.area_code:
            found.append(said(list(dict.fromkeys([*self._regions[person.id], self._area]))))
        if ask.language:
            found.append(_(LANGUAGES[ask.language]))
        own = {**person.own, **self._edits.set, **dict.fromkeys(self._edits.emptied)}
        return found + [labelled(label, text or said(None)) for label, text in self._own.all_said(own).items()]

    def _moved(self, person: Person) -> list[str]:
        ask = self._edits.ask
        main = [self._names[ask.main_department_id]] if ask.main_department_id else []
        stay = [name for _id, name, is_main in self._places[person.id] if not (main and is_main)]
        return [*main, *stay, *([self._names[ask.join_department_id]] if ask.join_department_id else [])]
