"""The steps and the jobs of an import: what is refused, what a crash leaves, what others changed meanwhile."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

import core.jobs
from bench.people_file import people_csv
from core import seals
from core.actor import Actor, Reach, What
from core.audit import AuditRecord
from core.database import transaction
from core.errors import NotAllowed, NotFound, Refused, Unavailable
from core.paging import PageAsk
from core.progress import Work, WorkState
from core.settings import ROOT
from data.models.access import Account, AccountStatus
from data.models.people import ImportState, Person
from services.people import (
    apply_import,
    bad_csv,
    edit_person,
    export_people,
    list_imports,
    list_rows,
    map_import,
    retire_people,
    search_people,
    show_import,
    show_person,
    upload,
)
from services.people.export import ExportAsk
from services.people.imports import jobs
from services.people.imports.queries import ImportAsk, RowsAsk
from services.people.imports.upload import Application, Mapping, Upload
from services.people.lock import alone
from services.people.retire import Several
from services.people.search import PeopleAsk
from services.people.show import PersonAsk
from tests.factories import actor_of, make_cast
from tests.services.people.asks import editable
from tests.services.people.importing import FULL, SYSTEM, Importing, csv_of


@pytest.fixture
def people(live):
    """The cast, stored."""
    with transaction(SYSTEM) as tx:
        return make_cast(tx)


@pytest.fixture
def administrator(people):
    """The administrator."""
    with transaction(SYSTEM) as tx:
        return actor_of(tx, people.administrator)


def person(code):
    """Return everything about a person."""
    with transaction(SYSTEM) as tx:
        return show_person(tx, PersonAsk(id=tx.scalar(select(Person.id).where(Person.code == code))))


class TestSteps:
    def test_a_second_click_on_apply_is_refused(self, people, administrator):
        importing = Importing(csv_of(FULL), administrator)
        importing.check()
        with transaction(administrator) as tx:
            apply_import(tx, Application(id=importing.id))
        with pytest.raises(Refused), transaction(administrator) as tx:
            apply_import(tx, Application(id=importing.id))
        core.jobs.run_waiting_jobs()
        for step in (lambda tx: apply_import(tx, Application(id=importing.id)),
                     lambda tx: map_import(tx, Mapping(id=importing.id, mapping=importing.mapping))):  # fmt: skip
            with pytest.raises(Refused), transaction(administrator) as tx:
                step(tx)
        with transaction(SYSTEM) as tx:
            assert tx.scalar(select(func.count()).where(Person.code == "A1")) == 1

    def test_all_of_it_is_refused_while_there_are_errors_but_the_good_rows_are_taken(self, people):
        importing = Importing(csv_of(("A1", "甲"), ("A2", "=1"), header=("社員番号", "姓")))
        importing.check()
        with pytest.raises(Refused):
            importing.apply()
        assert importing.apply(good_rows_only=True).state is ImportState.APPLIED
        with transaction(SYSTEM) as tx:
            assert tx.execute(select(Person.code).where(Person.code.startswith("A"))).scalars().all() == ["A1"]

    def test_nothing_to_do_and_not_checked_are_refused(self, people):
        importing = Importing(csv_of(("A1", "=1"), header=("社員番号", "姓")))
        with pytest.raises(Refused):
            importing.apply()
        importing.check()
        with pytest.raises(Refused):
            importing.apply(good_rows_only=True)

    def test_somebody_elses_import_is_seen_but_not_applied(self, people, administrator):
        importing = Importing(csv_of(FULL))
        importing.check()
        with transaction(administrator) as tx:
            detail = show_import(tx, ImportAsk(id=importing.id))
            assert (detail.own, detail.counts["add"]) == (False, 1)
            assert [row.id for row in list_imports(tx, PageAsk()).rows] == [importing.id]
        with pytest.raises(NotFound), transaction(administrator) as tx:
            apply_import(tx, Application(id=importing.id))

    def test_without_permission_nothing_is_possible(self, people):
        nobody = Actor("誰か", account_id=1)
        importing = Importing(csv_of(FULL))
        asks = [
            (upload, Upload(filename="a.csv", content=b"a")), (map_import, Mapping(id=importing.id, mapping={})),
            (apply_import, Application(id=importing.id)), (show_import, ImportAsk(id=importing.id)),
            (list_rows, RowsAsk(id=importing.id)), (list_imports, PageAsk()), (bad_csv, ImportAsk(id=importing.id)),
            (export_people, ExportAsk()),
        ]  # fmt: skip
        for process, ask in asks:
            with pytest.raises(NotAllowed), transaction(nobody) as tx:
                process(tx, ask)

    def test_others_imports_are_out_of_a_limited_reach(self, people):
        importing = Importing(csv_of(FULL))
        limited = Actor(
            "限定", account_id=1, grants={("people.import_show", What.READ): Reach(paths=frozenset({"/1/"}))}
        )
        with pytest.raises(NotFound), transaction(limited) as tx:
            show_import(tx, ImportAsk(id=importing.id))

    def test_a_mapping_by_hand_is_remembered_for_the_same_header(self, people):
        header = ("番号札", "上", "下")
        first = Importing(csv_of(("A1", "山田", "花子"), header=header))
        assert first.mapping == {}
        mapping = {"code": "番号札", "family_name": "上", "given_name": "下"}
        assert first.check(mapping).counts["add"] == 1
        assert Importing(csv_of(("A2", "鈴木", "花子"), header=header)).mapping == mapping
        assert Importing(csv_of(("A2", "鈴木"), header=header[:2])).mapping == {}

    def test_one_record_says_what_was_applied_and_none_holds_the_file(self, people, administrator):
        importing = Importing(csv_of(FULL), administrator)
        importing.check()
        importing.apply()
        with transaction(SYSTEM) as tx:
            records = (
                tx.execute(select(AuditRecord).where(AuditRecord.subject == f"people_import:{importing.id}"))
                .scalars()
                .all()
            )
        applied = [record for record in records if record.changes]
        assert [record.process for record in records] == [
            "people.upload",
            "people.map_import",
            "people.apply_import",
            "people.apply_import",
        ]
        assert applied[0].changes[0]["after"]["add"] == 1
        assert (applied[0].account_id, "content" in records[0].input) == (administrator.account_id, False)


class TestJobs:
    def work(self, importing):
        with transaction(SYSTEM) as tx:
            return tx.get(Work, importing.detail().work_id)

    def test_progress_ends_as_done(self, people):
        importing = Importing(csv_of(FULL))
        importing.check()
        assert self.work(importing).state is WorkState.DONE
        importing.apply()
        assert self.work(importing).state is WorkState.DONE

    def test_what_changed_after_the_check_refuses_all_of_it_with_a_sentence(self, people, administrator):
        first = Importing(csv_of(("A1", "甲"), ("A2", "乙"), header=("社員番号", "姓")))
        first.check()
        first.apply()
        importing = Importing(csv_of(("A1", "甲甲"), ("A2", "乙"), header=("社員番号", "姓")))
        importing.check()
        with transaction(administrator) as tx:
            row = search_people(tx, PeopleAsk(text="A2")).rows[0]
            edit_person(tx, editable(tx, row, family_name="丙"))
        failed = importing.apply()
        assert (failed.state, bool(failed.message)) == (ImportState.FAILED, True)
        assert self.work(importing).message == failed.message
        assert person("A1").family_name == "甲"
        assert importing.check().counts["change"] == 2
        assert importing.apply().state is ImportState.APPLIED
        assert person("A2").family_name == "乙"

    def test_a_stopped_account_applies_nothing(self, people, administrator):
        importing = Importing(csv_of(FULL), administrator)
        importing.check()
        with transaction(administrator) as tx:
            apply_import(tx, Application(id=importing.id))
        with transaction(SYSTEM) as tx:
            tx.get(Account, administrator.account_id).status = AccountStatus.STOPPED
        core.jobs.run_waiting_jobs()
        assert importing.detail().state is ImportState.FAILED

    def test_a_crash_in_the_middle_leaves_nothing_and_the_next_worker_does_all_of_it(self, people, monkeypatch):
        importing = Importing(csv_of(FULL))
        importing.check()
        with transaction(SYSTEM) as tx:
            apply_import(tx, Application(id=importing.id))

        class Killed(BaseException):
            """A worker that dies: nothing in the program catches it."""

        def killed(*_args):
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr("services.people.imports.apply.set_logins", killed)
            with pytest.raises(Killed):
                jobs.apply_job(import_id=importing.id)
        with transaction(SYSTEM) as tx:
            assert tx.scalar(select(func.count()).where(Person.code == "A1")) == 0
        assert importing.detail().state is ImportState.APPLYING
        core.jobs.run_waiting_jobs()
        assert importing.detail().state is ImportState.APPLIED
        assert person("A1").login == "taka"

    def test_a_job_that_runs_twice_does_nothing_the_second_time(self, people):
        importing = Importing(csv_of(FULL))
        importing.check()
        importing.apply()
        before = person("A1")
        jobs.apply_job(import_id=importing.id)
        jobs.check_job(import_id=importing.id)
        assert (importing.detail().state, person("A1")) == (ImportState.APPLIED, before)

    def test_a_fault_is_told_and_leaves_nothing(self, people, monkeypatch):
        importing = Importing(csv_of(FULL))
        importing.check()
        with transaction(SYSTEM) as tx:
            apply_import(tx, Application(id=importing.id))

        def broken(*_args, **_options):
            raise ZeroDivisionError

        monkeypatch.setattr("services.people.imports.apply.set_logins", broken)
        with pytest.raises(ZeroDivisionError):
            jobs.apply_job(import_id=importing.id)
        jobs.apply_job(import_id=importing.id)  # as the queue does once more
        detail = importing.detail()
        assert (detail.state, bool(detail.message)) == (ImportState.FAILED, True)
        with transaction(SYSTEM) as tx:
            assert tx.scalar(select(func.count()).where(Person.code == "A1")) == 0
            assert tx.get(Work, detail.work_id).state is WorkState.FAILED


class TestAtOnce:
    def test_an_edit_during_an_import_is_asked_to_come_back(self, people, administrator):
        with transaction(SYSTEM) as importing:
            alone(importing)
            with transaction(administrator) as tx:
                tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
                with pytest.raises(Unavailable):
                    retire_people(tx, Several(person_ids=[people.far.id]))
                tx.session.rollback()
        with transaction(administrator) as tx:
            assert retire_people(tx, Several(person_ids=[people.far.id])).count == 1

    def test_the_audit_trail_is_sealed_during_an_import(self, people):
        with transaction(SYSTEM) as importing:
            alone(importing)
            with transaction(SYSTEM) as tx:
                tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
                assert seals.seal(tx, everything=True) >= 0

    def test_two_files_with_the_same_people_are_applied_one_after_the_other(self, people):
        header = ("社員番号", "姓")
        files = [Importing(csv_of(*((f"A{n}", name) for n in range(50)), header=header)) for name in ("甲", "乙")]
        for file in files:
            file.check()
        for file in files:
            with transaction(SYSTEM) as tx:
                apply_import(tx, Application(id=file.id))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda file: jobs.apply_job(import_id=file.id), files))
        assert sorted(file.detail().state for file in files) == [ImportState.APPLIED, ImportState.FAILED]
        with transaction(SYSTEM) as tx:
            names = tx.execute(select(Person.family_name).where(Person.code.startswith("A"))).scalars().all()
        assert (len(names), len(set(names))) == (50, 1)

    def test_one_import_taken_up_by_two_workers_is_applied_once(self, people):
        importing = Importing(csv_of(FULL))
        importing.check()
        with transaction(SYSTEM) as tx:
            apply_import(tx, Application(id=importing.id))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: jobs.apply_job(import_id=importing.id), range(2)))
        assert importing.detail().state is ImportState.APPLIED
        with transaction(SYSTEM) as tx:
            records = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.apply_import")).scalars()
            done = [record for record in records if record.changes]
        assert len(done) == 1


@pytest.mark.long
class TestKilled:
    """A worker that is killed (kill -9) while it writes."""

    def test_leaves_nothing_and_the_next_one_does_all_of_it(self, people, live):
        importing = Importing(people_csv(20_000))
        importing.check(create=True)
        with transaction(SYSTEM) as tx:
            apply_import(tx, Application(id=importing.id))
        code = (
            "import services; services.load_all()\n"
            "from services.people.imports.jobs import apply_job\n"
            f"apply_job(import_id={importing.id})"
        )
        worker = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"DATABASE_URL": live.url}, cwd=ROOT)
        while self.work(importing).step != "Writing" or not self.work(importing).done:
            assert worker.poll() is None, "the worker was faster than the test"
        worker.kill()
        worker.wait()
        assert self.people_of_the_file() == 0
        assert importing.detail().state is ImportState.APPLYING
        jobs.apply_job(import_id=importing.id)
        assert importing.detail().state is ImportState.APPLIED
        assert self.people_of_the_file() == 20_000

    def work(self, importing):
        with transaction(SYSTEM) as tx:
            return tx.get(Work, importing.detail().work_id)

    def people_of_the_file(self):
        with transaction(SYSTEM) as tx:
            return tx.scalar(select(func.count()).where(Person.code.between("0000000", "9999999")))
