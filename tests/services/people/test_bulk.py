"""Changing and retiring many people at once."""

import pytest
from sqlalchemy import func, insert, literal, select

from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.jobs import run_waiting_jobs
from core.progress import Work, WorkState
from data.models.access import Account, AccountStatus
from data.models.people import Membership, Person, PersonOwn, PersonRegion
from services.people import bulk_edit, bulk_result, bulk_retire, preview_bulk
from services.people.bulk.asks import DIRECTLY, BulkAsk, BulkEdit, BulkWork, Chosen
from services.people.search import PeopleAsk
from services.people.store import set_own
from tests.factories import make_person
from tests.services.changes.stage import changes_of, latest, state, undone
from tests.services.fields.stage import add_fields


def of(*people, **more):
    """Return an edit of these people."""
    return BulkEdit(person_ids=[one.id for one in people], **more)


def looked(tx, ask, **more):
    """Return how many would change, and the others by reason."""
    found = preview_bulk(tx, BulkAsk(**dict(ask), **more))
    return found.changed, {one.reason: one.count for one in found.left}


def places(tx, person):
    rows = tx.execute(select(Membership).where(Membership.person_id == person.id)).scalars()
    return {row.department_id: row.main for row in rows}


class TestEdit:
    """Departments, region, language and own fields in one change-set."""

    def test_changes_everything_named_and_goes_back_in_one_piece(self, administrator, tx, cast):
        add_fields(administrator, "size", "until", "skills", "note")
        set_own(tx, {cast.staff.id: {"note": "x", "skills": ["運転", "英語"]}})
        before = state(administrator)
        ask = of(
            cast.staff, cast.far, main_department_id=cast.branch.id, join_department_id=cast.head_office.id,
            area_code="1310100", language="en",
            own={"size": "M", "until": "2026-04-01", "skills": ["運転"], "note": None},
        )  # fmt: skip
        assert looked(administrator, ask) == (2, {})
        done = bulk_edit(administrator, ask.model_copy(update={"expected": 2}))
        assert (done.count, len(changes_of(administrator, latest(administrator)))) == (2, 2)
        assert places(tx, cast.staff) == {cast.branch.id: True, cast.head_office.id: False}
        assert places(tx, cast.far) == {cast.branch.id: True, cast.head_office.id: False}
        for person in (cast.staff, cast.far):
            assert tx.get(Person, person.id).own == {"size": "M", "until": "2026-04-01", "skills": ["運転"]}
            assert tx.scalar(select(PersonRegion.area_code).where(PersonRegion.person_id == person.id)) == "1310100"
            assert (tx.get(Person, person.id).language, tx.get(Person, person.id).version) == ("en", 2)
        assert tx.scalar(select(func.count()).select_from(PersonOwn)) == 2
        assert tx.scalar(select(AuditRecord.process).where(AuditRecord.process == "people.bulk_edit"))
        undone(administrator, latest(administrator))
        assert state(administrator) == before

    def test_the_preview_says_who_is_left_and_why(self, administrator, tx, cast):
        make_person(tx, "去った", "人", cast.branch).retired_at = tx.now
        tx.session.flush()
        ask = BulkEdit(found=PeopleAsk(state="all"), join_department_id=cast.branch.id)
        assert looked(administrator, ask) == (3, {"退職しています。": 1, "すでにその内容です。": 2})
        found = preview_bulk(administrator, BulkAsk(**dict(ask)))
        sample = next(one for one in found.samples if one.id == cast.staff.id)
        assert (sample.before, sample.after) == ("本社 / 総務部", "本社 / 総務部、支社")

    def test_a_search_by_own_fields_chooses_and_only_what_differs_is_changed(self, administrator, tx, cast):
        add_fields(administrator, "size", "skills")
        set_own(
            tx,
            {cast.staff.id: {"size": "M", "skills": ["運転"]}, cast.far.id: {"size": "M", "skills": ["運転", "英語"]}},
        )
        ask = BulkEdit(found=PeopleAsk(own=["size=M"]), own={"skills": ["運転"]})
        assert looked(administrator, ask) == (1, {"すでにその内容です。": 1})
        bulk_edit(administrator, ask)
        assert tx.get(Person, cast.far.id).own["skills"] == ["運転"]

    def test_is_refused_when_the_preview_is_out_of_date_or_nothing_is_named(self, administrator, cast):
        with pytest.raises(Conflict):
            bulk_edit(administrator, of(cast.staff, language="en", expected=2))
        for wrong in (of(cast.staff), BulkEdit(language="en"), of(cast.staff, language="ja")):
            with pytest.raises(Refused):
                bulk_edit(administrator, wrong)
        with pytest.raises(Invalid):
            bulk_edit(administrator, of(cast.staff, own={"nothing": 1}))
        with pytest.raises(NotFound):
            bulk_edit(administrator, of(cast.staff, main_department_id=10**9))

    def test_reaches_no_further_than_the_permission(self, limited, tx, cast):
        narrow = limited("people.bulk_edit", "people.bulk_preview", "people.search")
        tx.add(Membership(person_id=cast.staff.id, department_id=cast.branch.id, main=False))
        tx.add(Membership(person_id=cast.far.id, department_id=cast.general_affairs.id, main=False))
        ask = of(cast.staff, cast.far, cast.crisis_manager, main_department_id=cast.head_office.id)
        assert looked(narrow, ask) == (1, {"主所属が権限の範囲外です。": 1}), "whom they do not see is not counted"
        with pytest.raises(NotFound):
            bulk_edit(narrow, of(cast.staff, join_department_id=cast.branch.id))
        bulk_edit(narrow, ask)
        assert places(tx, cast.staff)[cast.head_office.id]
        assert cast.head_office.id not in places(tx, cast.far)


class TestRetire:
    """Leaving, many at once."""

    def test_retires_stops_accounts_and_comes_back(self, administrator, tx, cast):
        before = state(administrator)
        ask = Chosen(person_ids=[cast.staff.id, cast.far.id, cast.administrator.id])
        assert looked(administrator, ask, retire=True) == (2, {"自分自身は退職にできません。": 1})
        bulk_retire(administrator, ask.model_copy(update={"expected": 2}))
        assert tx.get(Person, cast.far.id).retired_at is not None
        assert tx.scalar(select(Account.status).where(Account.person_id == cast.staff.id)) is AccountStatus.STOPPED
        undone(administrator, latest(administrator))
        assert state(administrator) == before

    def test_nobody_retires_the_more_powerful(self, limited, tx, cast):
        narrow = limited("people.bulk_retire", "people.bulk_preview", "people.search")
        plain = make_person(tx, department=cast.general_affairs)
        changed, left = looked(narrow, Chosen(person_ids=[plain.id, cast.manager.id]), retire=True)
        assert (changed, left) == (1, {"あなたより権限の多い人です。システム管理者に依頼してください。": 1})

    def test_the_preview_needs_the_permission_for_what_it_shows(self, limited, cast):
        with pytest.raises(NotAllowed):
            preview_bulk(limited("people.bulk_preview", "people.bulk_edit"), BulkAsk(person_ids=[1], retire=True))


def test_many_are_a_job_with_progress_and_one_change_set(live):
    with transaction(Actor.system("test")) as tx:
        numbers = func.generate_series(1, DIRECTLY + 1).table_valued("n").render_derived(name="numbers")
        columns = ["code", "family_name", "given_name", "created_at", "updated_at"]
        people = select(func.concat("B", numbers.c.n), literal("見本"), literal(""), literal(tx.now), literal(tx.now))
        tx.execute(insert(Person).from_select(columns, people))
        done = bulk_edit(tx, BulkEdit(found=PeopleAsk(), language="en"))
    assert (done.count, done.change_set_id) == (DIRECTLY + 1, None)
    run_waiting_jobs()
    with transaction(Actor.system("test")) as tx:
        assert tx.get(Work, done.work_id).state is WorkState.DONE
        result = bulk_result(tx, BulkWork(work_id=done.work_id))
        assert (result.count, tx.scalar(select(func.count()).where(Person.language == "en"))) == (DIRECTLY + 1,) * 2
        stale = bulk_edit(tx, BulkEdit(found=PeopleAsk(), language="ja"))
        tx.execute(Person.__table__.update().where(Person.code == "B1").values(language="ja"))
    run_waiting_jobs()
    with transaction(Actor.system("test")) as tx:
        assert tx.get(Work, stale.work_id).state is WorkState.FAILED
        assert tx.scalar(select(func.count()).where(Person.language == "ja")) == 1
