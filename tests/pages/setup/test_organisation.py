"""The organisation master as a page (pages/setup/organisation.py)."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.clock import now
from core.database import transaction
from data.models.setup import Organisation
from tests.factories import account_of, give_reading

PAGE = "setup/organisation.py"


@pytest.fixture
def organisation(live):
    with transaction(Actor.system("test")) as tx:
        tx.add(Organisation(id=1, name="試験商事", sample=False, created_at=now(), phone="03-1234-5678"))


def texts(app) -> str:
    return "\n".join(str(one.value) for kind in (app.markdown, app.success, app.error) for one in kind)


def test_X02_is_stored_and_a_wrong_digit_is_said_beside_its_field(open_page, organisation):
    app = open_page(PAGE)
    app.get_by_key("organisation-1.0.corporate_number").set_value("7000012050001")
    app.get_by_key("organisation-1.0.submit").click().run()
    assert "検査用数字が合いません" in texts(app)
    app.get_by_key("organisation-1.0.corporate_number").set_value("7000012050002")
    app.get_by_key("organisation-1.0.postal_code").set_value("150-0001")
    app.get_by_key("organisation-1.0.submit").click().run()
    assert not app.exception
    assert "保存しました" in texts(app)
    with transaction(Actor.system("test")) as tx:
        row = tx.scalar(select(Organisation))
        assert (row.corporate_number, row.postal_code) == ("7000012050002", "1500001")


def test_who_may_only_look_sees_facts_and_no_form(open_page, stage, organisation):
    with transaction(Actor.system("test")) as tx:
        give_reading(tx, account_of(tx, stage.staff), "setup.organisation")
    app = open_page(PAGE, stage.staff)
    assert not app.text_input
    assert "03-1234-5678" in "".join(str(one.value) for one in app.get("html"))


def test_who_may_not_is_told(open_page, stage, organisation):
    assert open_page(PAGE, stage.manager).warning
