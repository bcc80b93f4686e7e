"""An import from file to result as a page (pages/people/imports.py)."""

import pytest
from sqlalchemy import select

from core import csvout
from core.jobs import run_waiting_jobs
from data.models.people import ImportState, PeopleImport, Person
from pages.people._columns import template
from pages.public.uploads import LARGE
from services.people import ImportKind
from services.people.imports.columns import guess

HEADER = "社員番号,氏名,フリガナ,所属部署,メール\r\n"
GOOD = "N1,新人 一郎,シンジン イチロウ,支社,new@example.jp\r\n"
BAD = "N2,=cmd,ミョウ,無い部署,bad\r\n"


@pytest.fixture
def uploaded(open_page, stage):
    """Return a way to upload a text as a person does, up to the matching of columns."""

    def uploading(text: str, encoding: str = "cp932", name: str = "名簿.csv"):
        app = open_page("people/imports.py")
        app.file_uploader[0].set_value((name, text.encode(encoding), "text/csv")).run()
        return app.get_by_key("upload").click().run()

    return uploading


@pytest.fixture
def checked(uploaded):
    """Return a way to get as far as the result of the dry run."""

    def checking(text: str):
        app = uploaded(text)
        submit = next(one for one in app.button if one.key.endswith(".submit"))
        submit.click().run()
        assert not app.exception, app.exception
        run_waiting_jobs()
        return app.run()

    return checking


def figures(app) -> dict[str, str]:
    """Return the counts that are shown."""
    return {one.label: one.value for one in app.metric}


class TestUpload:
    """The first step."""

    def test_says_at_which_step_one_is(self, open_page):
        app = open_page("people/imports.py")
        assert any("aria-current=\"step\"><b aria-hidden='true'>1</b>" in one.value for one in app.html)
        assert app.get_by_key("upload").disabled

    def test_leads_to_where_larger_files_go(self, open_page):
        app = open_page("people/imports.py")
        (link,) = [one.value for one in app.html if LARGE in one.value]
        assert f"href='{LARGE}?kind=people' target='_self'" in link
        assert "50MBを超えるファイルを送信する（256MBまで）" in link

    def test_a_file_that_is_no_csv_is_refused_with_advice(self, uploaded):
        app = uploaded("PK\x03\x04 not a csv", "latin-1", "renamed.csv")
        assert "Excel" in app.error[0].value
        assert "id" not in app.query_params

    def test_the_empty_template_is_matched_by_itself(self):
        for kind in ImportKind:
            header = template(kind).decode("utf-8-sig").strip().split(",")
            assert len(guess(kind, header)) == len(header)

    @pytest.mark.parametrize(("kind", "export", "column"), [
        ("people", "people.export", "社員番号（必須）"), ("departments", "people.export_departments", "親部署コード"),
        ("memberships", "people.memberships", "主務"), ("roles", "access.roles", "対象部署"),
        ("regions", "people.person_regions", "地域（必須）"),
    ])  # fmt: skip
    def test_each_kind_says_what_its_columns_hold_and_gives_the_present_state(self, open_page, kind, export, column):
        app = open_page("people/imports.py")
        app.segmented_control[0].set_value(ImportKind(kind)).run()
        assert app.get_by_key("present").proto.url.startswith(f"/export/{export}?")
        assert any(column in one.value for one in app.html)

    def test_is_not_for_those_who_may_not_import(self, open_page, stage):
        app = open_page("people/imports.py", stage.manager)
        assert app.warning
        assert not app.file_uploader
        assert not [one for one in app.html if "/import/file" in one.value]


class TestColumns:
    """The second step."""

    def test_shows_the_first_rows_and_what_it_guessed(self, uploaded):
        app = uploaded(HEADER + GOOD)
        number = app.query_params["id"]
        assert any("新人 一郎" in one.value for one in app.html)
        assert app.get_by_key(f"columns-{number}.0.code").value == "社員番号"
        assert app.get_by_key(f"columns-{number}.0.mail1").value == "メール"

    def test_a_mapping_without_the_code_is_refused_beside_its_field(self, uploaded):
        app = uploaded(HEADER + GOOD)
        number = app.query_params["id"]
        app.get_by_key(f"columns-{number}.0.code").set_value(None)
        app.get_by_key(f"columns-{number}.0.submit").click().run()
        assert any(":red[" in one.value and "番号" in one.value for one in app.markdown)
        assert app.query_params == {"id": number}


class TestCheckAndApply:
    """The third and fourth steps."""

    def test_waits_live_and_says_that_no_worker_runs(self, uploaded):
        app = uploaded(HEADER + GOOD)
        next(one for one in app.button if one.key.endswith(".submit")).click().run()
        assert app.query_params["step"] == "check"
        assert app.get("progress")
        assert len(app.warning) == 1

    def test_shows_what_becomes_of_each_row_and_errors_in_words(self, checked):
        app = checked(HEADER + GOOD + BAD)
        assert figures(app) == {"追加": "1 行", "変更": "0 行", "変更なし": "0 行", "エラー": "1 行"}
        rows = app.dataframe[0].value
        assert list(rows["action"]) == ["追加", "エラー"]
        assert "氏名：" in rows["why"].iloc[1]
        assert "メール：" in rows["why"].iloc[1]
        links = [one.proto.url for one in app.get("link_button")]
        assert links == [f"/export/people.import_bad_csv?id={app.query_params['id']}&as=utf8"]

    def test_imports_the_good_rows_after_a_question(self, checked, asked, database):
        app = checked(HEADER + GOOD + BAD)
        app.get_by_key("apply").click().run()
        assert "1行を追加し、0行を変更します" in asked[0]
        assert app.query_params["step"] == "result"
        run_waiting_jobs()
        app.run()
        assert "取り込みました" in app.success[-1].value
        assert "エラーのある1行は取り込まれていません" in app.warning[-1].value
        with database() as tx:
            assert tx.scalar(select(Person.family_name).where(Person.code == "N1")) == "新人"
            assert tx.scalar(select(PeopleImport.state)) is ImportState.APPLIED

    def test_nothing_to_do_is_said(self, checked, stage):
        app = checked(csvout.lines([["社員番号", "氏名"], [stage.staff.code, "社員 三郎"]]))
        assert figures(app)["変更なし"] == "1 行"
        assert not [one for one in app.button if one.key == "apply"]
        assert len(app.info) == 1

    def test_a_colleague_sees_it_but_cannot_apply_it(self, checked, open_page, database):
        app = checked(HEADER + GOOD)
        with database() as tx:
            tx.execute(select(PeopleImport)).scalar_one().account_id = None
        again = open_page("people/imports.py", id=app.query_params["id"])
        assert figures(again)["追加"] == "1 行"
        assert not [one for one in again.button if one.key == "apply"]

    def test_stands_in_the_list_of_imports(self, checked, open_page):
        checked(HEADER + GOOD)
        shown = open_page("people/imports.py").dataframe[0].value
        assert (shown["filename"].iloc[0].endswith("名簿.csv"), shown["state"].iloc[0]) == (True, "確認済み")
