"""The list of invitations and inviting (pages/invitations/list.py)."""

from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.access import ReachKind
from data.models.invitations import Invitation
from data.models.people import ContactKind, ContactPoint
from tests.factories import make_person
from tests.pages.grids import pick


def stored():
    """Return addresses with what ended each."""
    with transaction(Actor.system("test")) as tx:
        rows = tx.execute(select(Invitation).order_by(Invitation.id)).scalars().all()
    return [(row.address, row.person_id is not None, row.withdrawn_at is not None) for row in rows]


def test_pasted_addresses_and_people_of_the_register_are_invited_and_withdrawn(open_page, stage):
    with transaction(Actor.system("test")) as tx:
        make_person(tx, "新人", "五郎", kana=("シンジン", "ゴロウ"), mail="goro@example.jp")
        tx.add(ContactPoint(person_id=stage.staff.id, kind=ContactKind.MAIL, value="staff@example.jp"))
    app = open_page("invitations/list.py")
    assert [one.value for one in app.info] == ["該当する招待はありません。"]
    app.text_input(key="invite.find").set_value("シンジン").run()
    known = app.session_state["invite.known"]
    app.multiselect(key="invite.people").set_value(list(known)).run()
    app.text_area(key="invite.0.addresses").set_value("山田 太郎 <taro@example.jp>\nstaff@example.jp\nだれか")
    app.selectbox(key="invite.0.reach").set_value(ReachKind.WHOLE)
    app.button(key="invite.0.submit").click().run()
    assert not app.exception
    assert stored() == [("taro@example.jp", False, False), ("goro@example.jp", True, False)]
    assert any("2件は招待しませんでした" in one.value for one in app.warning)
    assert list(app.dataframe[0].value["state"]) == ["送信待ち", "送信待ち"]
    app = pick(app, 0, 1)
    app.button(key="again").click().run()
    assert any("2件を再送しました" in one.value for one in app.success)
    app = pick(app, 0)
    app.button(key="withdraw").click().run()
    assert [gone for _address, _known, gone in stored()] == [False, True]


def test_who_may_not_is_told(open_page, stage):
    assert open_page("invitations/list.py", stage.manager).warning
