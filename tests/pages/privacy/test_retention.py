"""How long data is kept (pages/privacy/retention.py), erasing on a person's page, and the command line."""

from typer.testing import CliRunner

import manage as manage_py
from core.actor import Actor
from core.database import transaction
from core.errors import Refused
from core.retention import kinds
from core.settings import settings
from data.models.people import Person
from data.models.privacy import RetentionRule
from services.people import retire_people
from services.people.retire import Several


def retired(person: Person) -> Person:
    """Let somebody leave."""
    with transaction(Actor.system("test")) as tx:
        retire_people(tx, Several(person_ids=[person.id]))
    return person


def name_of(person: Person) -> str:
    with transaction(Actor.system("test")) as tx:
        return tx.get(Person, person.id).name


def test_days_are_tried_before_they_are_saved(open_page, stage):
    app = open_page("privacy/retention.py", id="people.retired")
    retired(stage.far)
    days = app.number_input(key="retention-people.retired-0")
    assert (days.value, days.min) == (1825, 30)
    days.set_value(30).run()
    assert any("消去される情報はありません" in one.value for one in app.info)
    app.button(key="retention-people.retired-0-save").click().run()
    assert any("保存しました" in one.value for one in app.success)
    with transaction(Actor.system("test")) as tx:
        assert tx.get(RetentionRule, "people.retired").days == 30


def test_who_may_only_look_changes_nothing(open_page, stage):
    assert open_page("privacy/retention.py", stage.manager).warning
    assert not open_page("privacy/retention.py", stage.administrator).number_input


def test_somebody_who_left_is_erased_after_the_code_was_typed(open_page, stage):
    app = open_page("people/person.py", id=str(retired(stage.far).id))
    app.toggle(key=f"erasing-{stage.far.id}").set_value(True).run()
    app.get_by_key(f"erase-{stage.far.id}.0.typed").set_value("wrong")
    app.get_by_key(f"erase-{stage.far.id}.0.submit").click().run()
    assert name_of(stage.far) == "遠方 四郎"
    app.get_by_key(f"erase-{stage.far.id}.0.typed").set_value(stage.far.code)
    app.get_by_key(f"erase-{stage.far.id}.0.submit").click().run()
    assert name_of(stage.far) == "（消去済み）"
    assert any("誰であったかを示す情報は残っていません" in one.value for one in app.info)


def test_on_the_command_line(live, stage, monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", live.owner_url)
    settings.cache_clear()

    def manage(*words: str):
        return CliRunner().invoke(manage_py.app, words)

    looked = manage("retention", "--dry-run")
    assert (looked.exit_code, looked.stdout.count("\n")) == (0, len(kinds())), looked.exception
    assert isinstance(manage("erase", "--person", retired(stage.far).code).exception, SystemExit), "nobody typed it"
    assert isinstance(manage("erase", "--person", stage.staff.code, "--yes").exception, Refused), "is still there"
    erased = manage("erase", "--person", stage.far.code, "--yes")
    assert erased.exit_code == 0, erased.exception
    assert name_of(stage.far) == "（消去済み）"
