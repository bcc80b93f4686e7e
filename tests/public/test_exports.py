"""Lists as files (pages/public/exports.py): whose, how far, and in which writing."""

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, insert, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.actor import Actor, What
from core.audit import AuditPersonal, AuditRecord
from core.database import transaction
from core.errors import NotAllowed
from data.models.access import PermissionAssignment, PermissionGrant
from data.models.people import Membership, Person
from pages.public import exports
from pages.public.gate import SESSION_HEADER
from services.access import WhichAccount, actor_of_session, hash_of, look_as, start_session
from services.access.sessions import end_sessions_of
from services.setup import StepDuty, assign_step
from tests.factories import account_of, make_person
from tests.public.conftest import session_of


@pytest.fixture
def stage(live_cast):
    """The fixed cast in the test's own database, with somebody whose name would be a formula."""
    cast = live_cast
    with transaction(Actor.system("test")) as tx:
        make_person(
            tx, "=cmd|'/c calc'!A0", "髙橋①", cast.head_office, kana=("アアア", ""), code="F1", mobile="+819012345678"
        )
    return cast


@pytest.fixture
def get(stage):
    """Return a way to ask for a file as somebody: ``get(stage.manager, "/export/people.search")``."""
    client = TestClient(Starlette(routes=exports.ROUTES))

    def getting(person: Person | None, address: str):
        headers = {}
        if person is not None:
            with transaction(Actor.system("test")) as tx:
                token = start_session(tx, account_of(tx, person).id)
            headers[SESSION_HEADER] = hash_of(token).hex()
        return client.get(address, headers=headers)

    return getting


def allow(person: Person, process: str, what: What) -> None:
    """Give the permission set of a person one more grant."""
    with transaction(Actor.system("test")) as tx:
        account = account_of(tx, person).id
        of = tx.scalar(select(PermissionAssignment.set_id).where(PermissionAssignment.account_id == account))
        tx.add(PermissionGrant(set_id=of, process=process, what=what))


def rows_of(answer, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode(encoding), newline="")))


class TestPermission:
    """Who gets a file, and of whom."""

    def test_nobody_without_a_session(self, get):
        answer = get(None, "/export/people.search")
        assert (answer.status_code, "ログイン" in answer.text) == (403, True)

    def test_nobody_without_the_permission_to_export(self, get, stage):
        assert get(stage.staff, "/export/people.search").status_code == 403
        assert get(stage.manager, "/export/people.search").status_code == 403, "seeing the list is not enough"

    def test_nobody_who_only_looks_as_somebody(self, stage):
        with transaction(Actor.system("test")) as tx:
            token = hash_of(start_session(tx, account_of(tx, stage.administrator).id))
            actor, target = actor_of_session(tx, token), account_of(tx, stage.manager).id
        with transaction(actor) as tx:
            look_as(tx, WhichAccount(id=target))
        allow(stage.manager, "people.search", What.EXPORT)
        client = TestClient(Starlette(routes=exports.ROUTES))
        answer = client.get("/export/people.search", headers={SESSION_HEADER: token.hex()})
        assert (answer.status_code, "ファイルを出力できません" in answer.text) == (422, True)

    def test_only_those_whom_the_permission_reaches(self, get, stage):
        allow(stage.manager, "people.search", What.EXPORT)
        answer = get(stage.manager, "/export/people.search")
        assert answer.status_code == 200
        assert "遠方 四郎" not in answer.content.decode()
        assert "社員 三郎" in answer.content.decode()

    @pytest.mark.parametrize("taken", ["session", "permission"])
    def test_a_file_that_is_going_out_ends_with_session_and_permission(self, get, stage, monkeypatch, taken):
        allow(stage.manager, "people.search", What.EXPORT)
        monkeypatch.setattr(exports, "ROWS", 1)
        monkeypatch.setattr(exports, "ASKED_EVERY_SECONDS", 0)
        lines, calls = exports.csvout.lines, []

        def lines_while_it_is_taken_away(rows):
            calls.append(rows)
            with transaction(Actor.system("test")) as tx:
                account = account_of(tx, stage.manager).id
                if len(calls) == 2 and taken == "session":
                    end_sessions_of(tx, [account])
                elif len(calls) == 2:
                    tx.execute(delete(PermissionGrant).where(PermissionGrant.what == What.EXPORT))
            return lines(rows)

        monkeypatch.setattr(exports.csvout, "lines", lines_while_it_is_taken_away)
        with pytest.raises(NotAllowed):
            get(stage.manager, "/export/people.search")
        assert len(calls) == 2

    def test_leaves_a_record_of_who_took_it(self, get, stage):
        get(stage.administrator, "/export/people.search?text=社員")
        with transaction(Actor.system("test")) as tx:
            record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.search:export")).scalar_one()
            searched = tx.get(AuditPersonal, record.id)
            assert record.account_id == account_of(tx, stage.administrator).id
        assert ("text" in record.input, searched.values["text"]) == (False, "社員"), "what was searched can be erased"

    def test_an_operation_or_a_name_of_nothing_is_no_file(self, get, stage):
        assert get(stage.administrator, "/export/people.edit").status_code == 404
        assert get(stage.administrator, "/export/no.such").status_code == 404

    def test_with_the_cookie_of_a_real_session(self, running):
        with running.client(session=session_of(running, "admin")) as client:
            answer = client.get("/export/people.export")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestFile:
    """What stands in it."""

    def test_opens_in_excel(self, get, stage):
        answer = get(stage.administrator, "/export/people.search")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.content.count(b"\xef\xbb\xbf") == 1
        assert b"\r\n" in answer.content
        assert "attachment" in answer.headers["content-disposition"]

    def test_no_cell_is_a_formula(self, get, stage):
        cells = [cell for row in rows_of(get(stage.administrator, "/export/people.search")) for cell in row]
        assert any(cell.startswith("'=cmd") for cell in cells)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)

    def test_comes_as_cp932_for_older_programmes(self, get, stage):
        answer = get(stage.administrator, "/export/people.search?as=cp932")
        assert "髙橋①" in answer.content.decode("cp932")
        assert "Shift_JIS" in answer.headers["content-type"]

    def test_has_headings_in_the_language_of_the_person(self, get, stage):
        assert rows_of(get(stage.administrator, "/export/people.search"))[0][:3] == ["番号", "名前", "フリガナ"]

    def test_has_the_columns_that_were_asked_for_in_their_order(self, get, stage):
        rows = rows_of(get(stage.administrator, "/export/people.search?text=社員&columns=kana&columns=name&columns=id"))
        assert rows == [["フリガナ", "名前"], ["シャイン サブロウ", "社員 三郎"]], "what is in no file stays out"

    def test_holds_what_the_filters_leave(self, get, stage):
        rows = rows_of(get(stage.administrator, "/export/people.search?text=社員&sort=-name&after=nonsense&size=1"))
        assert len(rows) == 2, "a header and one person; a place in the list is not part of the question"

    def test_holds_more_than_one_page(self, get, stage):
        with transaction(Actor.system("test")) as tx:
            people = [
                {"code": f"M{n:05}", "family_name": f"多数{n}", "created_at": tx.now, "updated_at": tx.now}
                for n in range(1203)
            ]
            ids = tx.execute(insert(Person).returning(Person.id), people).scalars().all()
            tx.execute(
                insert(Membership), [{"person_id": i, "department_id": stage.branch.id, "main": True} for i in ids]
            )
        rows = rows_of(get(stage.administrator, "/export/people.search?text=多数"))
        assert len(rows) == 1204
        assert len({row[0] for row in rows}) == 1204, "nobody twice"

    def test_a_file_that_a_query_makes_itself_is_sent_as_it_is(self, get, stage):
        answer = get(stage.manager, "/export/people.export?text=社員")
        assert [row[1] for row in rows_of(answer)] == ["姓", "社員"]

    @pytest.mark.parametrize(
        "address",
        [
            "people.search?state=unheard", "people.search?as=utf-99", "people.search?department_id=x",
            "people.search?text=%00", "people.search?department_id=99999999999999999999999", "delivery.sender",
            "setup.guide", "people.show?id=1",
        ],
    )  # fmt: skip
    def test_says_what_is_wrong_with_the_question(self, get, stage, address):
        answer = get(stage.administrator, f"/export/{address}")
        assert answer.status_code in {404, 422}
        assert answer.text


def sheet_of(answer):
    book = load_workbook(io.BytesIO(answer.content))
    return book.active


class TestWorkbook:
    """The same as an Excel workbook."""

    def test_holds_the_same_rows_as_the_csv(self, get, stage):
        answer = get(stage.administrator, "/export/people.search?as=xlsx&text=社員&columns=name&columns=mails")
        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        assert answer.headers["content-disposition"].endswith(".xlsx")
        assert list(sheet_of(answer).values) == [("名前", "メール件数"), ("社員 三郎", 0)]

    def test_no_cell_is_a_formula(self, get, stage):
        sheet = sheet_of(get(stage.administrator, "/export/people.search?as=xlsx&columns=name"))
        (cell,) = [one for one in sheet["A"] if str(one.value).startswith("=cmd")]
        assert (cell.data_type, cell.quotePrefix) == ("s", True), "a text, and marked as one for whoever edits it"

    def test_holds_more_than_one_page(self, get, stage):
        with transaction(Actor.system("test")) as tx:
            people = [
                {"code": f"M{n:05}", "family_name": f"多数{n}", "created_at": tx.now, "updated_at": tx.now}
                for n in range(603)
            ]
            tx.execute(insert(Person), people)
        sheet = sheet_of(get(stage.administrator, "/export/people.search?as=xlsx&text=多数&columns=code"))
        assert len(set(sheet.values)) == 604

    def test_nobody_without_the_permission_to_export(self, get, stage):
        assert get(stage.manager, "/export/people.search?as=xlsx").status_code == 403


class TestCalendar:
    """A file that says itself what it is."""

    def test_D17_the_schedule_comes_as_a_calendar_and_as_a_workbook(self, get, stage):
        with transaction(Actor.system("test")) as tx:
            assign_step(tx, StepDuty(step="test", due_on=date(2026, 12, 1)))
        answer = get(stage.administrator, "/export/setup.calendar?as=utf8")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert answer.content.startswith(b"BEGIN:VCALENDAR")
        assert b"DTSTART;VALUE=DATE:20261201" in answer.content
        book = load_workbook(io.BytesIO(get(stage.administrator, "/export/setup.schedule?as=xlsx").content))
        rows = list(book.active.iter_rows(values_only=True))
        assert len(rows) == 15
        assert rows[12][4].date() == date(2026, 12, 1)
        assert get(stage.manager, "/export/setup.calendar").status_code == 403
