"""Registration on pages of other rooms: on my page (pages/registration/_mine.py), on a person's (_link.py)."""

import re

import pytest
from sqlalchemy import select

from core import jobs
from core.actor import Actor
from core.database import transaction
from data.models.delivery import LocalMail
from data.models.people import ContactPoint
from data.models.registration import ContactClaim, RegistrationLink
from pages import kit
from services.delivery import Channel, ChannelSwitch, edit_line, switch_channel
from services.delivery.line_settings import LineFields
from services.people.store import Reachable, set_contacts
from services.registration import make_links, opened
from tests.services.registration.stage import register_mail

MINE, PERSON = "access/mine.py", "people/person.py"


def system():
    return transaction(Actor.system("test"))


def test_D11_on_my_page_an_address_is_given_proved_and_removed(open_page, stage):
    app = open_page(MINE, stage.staff)
    app.get_by_key("own-mail.0.mail").set_value("own@example.com")
    app.get_by_key("own-mail.0.submit").click().run()
    assert "確認メールを送信しました" in app.success[0].value
    jobs.run_waiting_jobs()
    with system() as tx:
        claim = tx.scalar(select(ContactClaim.id))
        code = re.search(r"^\d{6}$", tx.scalar(select(LocalMail.body)), re.MULTILINE)[0]
    app = open_page(MINE, stage.staff)
    app.get_by_key(f"code-{claim}.0.code").set_value(code)
    app.get_by_key(f"code-{claim}.0.submit").click().run()
    assert "own@example.com" in [one.value for one in app.text]
    with system() as tx:
        point = tx.scalar(select(ContactPoint.id))
    app.get_by_key(f"registration.remove-{point}").click().run()
    with system() as tx:
        assert tx.scalar(select(ContactPoint.id)) is None


def test_D11_from_my_page_the_phone_is_led_to_the_own_page(open_page, stage):
    app = open_page(MINE, stage.staff)
    assert not app.code
    app.button(key="own-link").click().run()
    assert any('alt="下のリンクのQRコード"' in one.value for one in app.html)
    (link,) = [one.value for one in app.code]
    with system() as tx:
        found = opened(tx, link.partition("/register/")[2])
    assert found.person_id == stage.staff.id


def test_D11_on_my_page_a_code_for_line_is_given(open_page, stage):
    with system() as tx:
        edit_line(tx, LineFields(channel_id="1", secret="himitsu", access_token="token", basic_id="@renraku"))
        switch_channel(tx, ChannelSwitch(channel=Channel.LINE, on=True))
    app = open_page(MINE, stage.staff)
    app.button(key="line").click().run()
    (code,) = [one.value for one in app.code]
    assert re.fullmatch(r"\w{10}", code)


@pytest.mark.parametrize(("who", "toggles"), [("administrator", 1), ("manager", 0)])
def test_the_office_sees_which_stand_and_only_who_may_sees_them_in_full(open_page, stage, who, toggles):
    with system() as tx:
        set_contacts(tx, {stage.staff.id: Reachable(("office@example.jp",), None)})
        register_mail(tx, "own@example.com", person_id=stage.staff.id)
    app = open_page(PERSON, getattr(stage, who), id=str(stage.staff.id))
    shown = "".join(one.value for one in app.html)
    assert ("o••••@example.com" in shown, "own@example.com" in shown) == (True, False)
    assert len([one for one in app.toggle if one.key.startswith("private-")]) == toggles
    if toggles:
        app.toggle(key=f"private-{stage.staff.id}").set_value(True).run()
        assert "own@example.com" in "".join(one.value for one in app.html)


def test_the_office_makes_a_link_sees_it_once_and_voids_it(open_page, stage, monkeypatch):
    monkeypatch.setattr(kit, "confirm", lambda title, will, *, yes, then: then())  # AppTest presses no dialog's button
    app = open_page(PERSON, stage.manager, id=str(stage.staff.id))
    app.get_by_key(f"link-{stage.staff.id}.0.submit").click().run()
    assert re.search(r"/register/[0-9a-z-]{30}$", app.code[0].value)
    with system() as tx:
        make_links(tx, [stage.staff.id])
    app = open_page(PERSON, stage.manager, id=str(stage.staff.id))
    app.get_by_key("void-link").click().run()
    with system() as tx:
        assert tx.scalar(select(RegistrationLink.revoked_at)) is not None
