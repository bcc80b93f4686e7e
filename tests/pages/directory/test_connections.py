"""Connections of the directory sync as pages: connections.py, connection.py."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.directory import DirectoryConnection, DirectoryRun, Nightly
from pages import kit
from services.directory import sources
from services.directory.settings import opened
from tests.services.directory.given import Memory, person

SYSTEM = Actor.system("test")


class SmartHR(Memory):
    """A directory in memory with the fields of a real one."""

    fields = sources.FIELDS[sources.SourceKind.SMARTHR]


@pytest.fixture
def directory(stage, monkeypatch):
    """The service, and dialogs that say yes."""
    found = SmartHR(people_=[person(str(at)) for at in range(3)])
    monkeypatch.setattr(sources, "source_of", found)
    monkeypatch.setattr(kit, "confirm", lambda _title, _will, *, yes, then: then())
    return found


def only():
    """Return the one connection."""
    with transaction(SYSTEM) as tx:
        (found,) = tx.session.query(DirectoryConnection).all()
        return found


def fill(app, values):
    """Type into the fields that have these labels."""
    for label, value in values.items():
        next(one for one in app.text_input if one.label.startswith(label)).input(value)


def press(app, label):
    """Press the button with this label."""
    app = next(one for one in app.button if one.label == label).click().run()
    assert not app.exception, app.exception
    return app


def test_a_connection_is_added_tested_mapped_run_and_switched_on(open_page, directory):
    app = open_page("directory/connection.py")
    fill(app, {"名前": "人事", "サブドメイン": "acme", "アクセストークン": "geheim"})
    press(app, "保存して次へ")
    made = only()
    assert (made.name, made.nightly, opened(made)) == ("人事", Nightly.OFF, {"subdomain": "acme", "token": "geheim"})

    app = press(open_page("directory/connection.py", id=str(made.id)), "接続テスト")
    assert "問い合わせています" in app.info[0].value
    run_waiting_jobs()
    assert "2人" in open_page("directory/connection.py", id=str(made.id), step="test").success[0].value

    app = open_page("directory/connection.py", id=str(made.id), step="fields")
    chosen = {box.label: box.value for box in app.selectbox}
    assert (chosen["姓"], chosen["携帯電話"]) == ("last_name", "tel_number")
    next(box for box in app.selectbox if box.label == "携帯電話").select(None)
    press(app, "保存する")
    assert "mobile" not in only().mapping

    press(open_page("directory/connection.py", id=str(made.id), step="look"), "今すぐ同期する")
    run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        assert tx.session.query(DirectoryRun).one().counts["person.error"] == 3  # nobody there has a name

    app = open_page("directory/connection.py", id=str(made.id), step="nightly")
    next(box for box in app.selectbox if box.label.startswith("毎晩")).select(Nightly.APPLY)
    press(app, "保存する")
    assert only().nightly is Nightly.APPLY
    assert opened(only())["token"] == "geheim"

    listed = open_page("directory/connections.py").dataframe[0].value
    assert "人事" in listed["name"][0]
    press(open_page("directory/connection.py", id=str(made.id), step="settings"), "連携先を削除する")
    with transaction(SYSTEM) as tx:
        assert not tx.session.query(DirectoryConnection).all()


def test_a_secret_is_never_on_the_page_and_a_new_address_asks_for_it(open_page, directory, stage):
    app = open_page("directory/connection.py")
    fill(app, {"名前": "人事", "サブドメイン": "acme", "アクセストークン": "geheim"})
    press(app, "保存して次へ")
    found = only()
    app = open_page("directory/connection.py", id=str(found.id), step="settings")
    assert "geheim" not in str([one.value for one in app.text_input])
    fill(app, {"サブドメイン": "evil"})
    app = press(app, "保存する")
    assert "もう一度入力" in app.error[0].value
    assert opened(only())["subdomain"] == "acme"
    assert open_page("directory/connections.py", stage.staff).warning
    assert open_page("directory/connection.py", stage.manager, id=str(found.id)).warning
