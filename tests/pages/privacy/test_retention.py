"""How long data is kept (pages/privacy/retention.py), erasing on a person's page, and the command line."""

import os
import sys
from subprocess import run

from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
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


def test_on_the_command_line(live, stage):
    environment = {**os.environ, "DATABASE_OWNER_URL": live.owner_url}

    def manage(*words: str):
        asked = [sys.executable, "manage.py", *words]
        return run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    retired(stage.far)
    looked = manage("retention", "--dry-run")
    assert (looked.returncode, looked.stdout.count("\n")) == (0, 10), looked.stderr
    assert manage("erase", "--person", stage.staff.code, "--yes").returncode == 1, "is still there"
    erased = manage("erase", "--person", stage.far.code, "--yes")
    assert erased.returncode == 0, erased.stderr
    assert name_of(stage.far) == "（消去済み）"
