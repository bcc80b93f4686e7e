"""Runs of the directory sync as pages: runs.py, run.py."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.directory import DirectoryRun, RunState
from pages import kit
from services.directory import runs, sources
from tests.services.directory.conftest import connect
from tests.services.directory.given import Memory, department, person

SYSTEM = Actor.system("test")


@pytest.fixture
def waiting(stage, monkeypatch):
    """A run that was read and compared."""
    found = Memory([department("1", "東京")], [person("1", "1"), person("2", "nowhere")])
    monkeypatch.setattr(sources, "source_of", found)
    monkeypatch.setattr(kit, "confirm", lambda _title, _will, *, yes, then: then())
    with transaction(SYSTEM) as tx:
        run_id = runs.begin(tx, connect(tx).id, None)
    run_waiting_jobs()
    return run_id


def state_of(run_id):
    with transaction(SYSTEM) as tx:
        return tx.get(DirectoryRun, run_id).state


def test_a_preview_is_looked_at_and_applied(open_page, waiting):
    listed = open_page("directory/runs.py").dataframe[0].value
    assert (list(listed["state"]), list(listed["connection"])) == (["確認待ち"], ["本店"])
    app = open_page("directory/run.py", id=str(waiting))
    assert list(app.dataframe[0].value["name"]) == ["東京", "同期 1"]
    other = open_page("directory/run.py", id=str(waiting), view="error")
    assert list(other.dataframe[0].value["code"]) == ["D2"]
    app.button(key="apply").click().run()
    assert not app.exception
    assert state_of(waiting) is RunState.APPLYING
    run_waiting_jobs()
    assert state_of(waiting) is RunState.APPLIED
    assert not [one for one in open_page("directory/run.py", id=str(waiting)).button if one.key == "apply"]


def test_a_preview_is_put_aside(open_page, waiting):
    app = open_page("directory/run.py", id=str(waiting))
    app.button(key="drop").click().run()
    assert not app.exception
    assert state_of(waiting) is RunState.DROPPED


def test_who_may_not_see_it_is_told(open_page, stage):
    assert open_page("directory/runs.py", stage.staff).warning
    assert open_page("directory/run.py", id="999999").info
