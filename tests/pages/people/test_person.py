"""One person as a page (pages/people/person.py)."""

import pytest
from sqlalchemy import select

from data.models.access import Account, AccountStatus
from data.models.people import ContactKind, ContactPoint, ContactState, Membership, Person
from tests.factories import make_department

NEW = "person-new.0"


def fill(app, form: str, **values):
    """Type into the fields of a form."""
    for name, value in values.items():
        app.get_by_key(f"{form}.{name}").set_value(value)
    return app


def form_of(person: Person, version: int = 1) -> str:
    """Return the key under which a person's fields stand."""
    return f"person-{person.id}-{version}.0"


def save(app, form: str):
    """Send a form."""
    return app.get_by_key(f"{form}.submit").click().run()


class TestAdding:
    """Somebody new, by hand."""

    def test_adds_and_shows_the_person(self, open_page, stage, database):
        app = fill(
            open_page("people/person.py"), NEW, code="N1", family_name="髙橋", given_name="①子", family_kana="タカハシ",
            department_id=stage.branch.id, other_department_ids=[stage.head_office.id], area_codes=["13101"],
            mail1="Taka@Example.jp", mobile="０９０１２３４５６７８",
        )  # fmt: skip
        save(app, NEW)
        assert (app.title[0].value, len(app.success)) == ("髙橋 ①子", 1)
        with database() as tx:
            person = tx.execute(select(Person).where(Person.code == "N1")).scalar_one()
            places = dict(
                tx.execute(
                    select(Membership.department_id, Membership.main).where(Membership.person_id == person.id)
                ).all()
            )
            contacts = set(tx.execute(select(ContactPoint.value).where(ContactPoint.person_id == person.id)).scalars())
        assert places == {stage.branch.id: True, stage.head_office.id: False}
        assert {contact.lower() for contact in contacts} == {"taka@example.jp", "+819012345678"}

    def test_says_beside_the_fields_what_is_wrong_and_keeps_what_was_typed(self, open_page):
        app = fill(open_page("people/person.py"), NEW, code="N1", family_name="新人", mail1="not a mail", mobile="12")
        save(app, NEW)
        wrong = [one.value for one in app.markdown if ":red[" in one.value]
        assert len(wrong) == 2
        assert app.get_by_key(f"{NEW}.mail1").value == "not a mail"

    def test_refuses_a_code_that_somebody_has(self, open_page, stage):
        app = fill(open_page("people/person.py"), NEW, code=stage.far.code, family_name="新人")
        save(app, NEW)
        assert any("この番号はほかの人が使っています" in one.value for one in app.markdown)

    def test_is_not_for_those_who_may_only_look(self, open_page, stage):
        app = open_page("people/person.py", stage.crisis_manager)
        assert app.warning
        assert not app.text_input


class TestPerson:
    """Somebody who is there."""

    @pytest.fixture
    def known(self, stage, database):
        with database() as tx:
            tx.add(
                ContactPoint(person_id=stage.staff.id, kind=ContactKind.MAIL, value="dead@example.jp",
                             state=ContactState.DEAD, reason="550 <unknown>")
            )  # fmt: skip
        return stage.staff

    def test_shows_how_the_person_is_reached_and_why_not(self, open_page, known):
        said = "".join(one.value for one in open_page("people/person.py", id=str(known.id)).html)
        assert "dead@example.jp" in said
        assert "不達<br>550 &lt;unknown&gt;<br>会社登録（本人未確認）" in said
        assert "本社 / 総務部" in said

    def test_changes_and_shows_it(self, open_page, known, database):
        app = open_page("people/person.py", id=str(known.id))
        assert app.get_by_key(f"{form_of(known)}.mail1").value == "dead@example.jp"
        save(fill(app, form_of(known), given_name="五郎", mail1="new@example.jp"), form_of(known))
        assert (app.title[0].value, len(app.success)) == ("社員 五郎", 1)
        assert app.get_by_key(f"{form_of(known, 2)}.mail1").value == "new@example.jp"

    def test_overwrites_nobody(self, open_page, known, database):
        app = open_page("people/person.py", id=str(known.id))
        with database() as tx:
            tx.get(Person, known.id).version = 2
        fill(app, form_of(known), given_name="五郎")
        save(app, form_of(known))
        assert ["ほかの人が変更しました" in one.value for one in app.warning] == [True]
        with database() as tx:
            assert tx.get(Person, known.id).given_name == "三郎"
        save(app, form_of(known, 2))
        with database() as tx:
            assert tx.get(Person, known.id).given_name == "五郎", "nothing typed was lost"

    def test_a_manager_keeps_departments_that_are_out_of_reach(self, open_page, known, stage, database):
        with database() as tx:
            tx.add(Membership(person_id=known.id, department_id=make_department(tx, "よその部").id, main=False))
        app = open_page("people/person.py", stage.manager, id=str(known.id))
        assert "よその部" in app.get_by_key(f"{form_of(known)}.other_department_ids").options
        save(fill(app, form_of(known), given_name="五郎"), form_of(known))
        assert len(app.success) == 1
        with database() as tx:
            assert len(tx.execute(select(Membership).where(Membership.person_id == known.id)).all()) == 2

    def test_whoever_may_only_look_gets_no_form(self, open_page, stage):
        app = open_page("people/person.py", stage.crisis_manager, id=str(stage.far.id))
        assert app.title[0].value == "遠方 四郎"
        assert not app.text_input
        assert not [one for one in app.button if one.key == "retire"]

    def test_is_not_found_out_of_reach(self, open_page, stage):
        app = open_page("people/person.py", stage.manager, id=str(stage.far.id))
        assert app.error
        assert not app.title


class TestRetiring:
    """Leaving and coming back."""

    def test_asks_first_then_retires_and_takes_back(self, open_page, stage, database, asked):
        app = open_page("people/person.py", id=str(stage.staff.id))
        app.get_by_key("retire").click().run()
        assert "社員 三郎 さんを退職にしますか" in asked[0]
        assert len(app.warning) == 1
        with database() as tx:
            assert tx.get(Person, stage.staff.id).retired_at is not None
            status = tx.scalar(select(Account.status).where(Account.person_id == stage.staff.id))
        assert status is AccountStatus.STOPPED
        app.get_by_key("reinstate").click().run()
        assert not app.warning
        with database() as tx:
            assert tx.get(Person, stage.staff.id).retired_at is None

    def test_does_nothing_when_it_is_refused(self, open_page, stage, database, asked):
        app = open_page("people/person.py", id=str(stage.administrator.id))
        app.get_by_key("retire").click().run()
        assert [one.value for one in app.error] == [
            "自分自身を退職にすることはできません。別の管理者に依頼してください。"
        ]
        with database() as tx:
            assert tx.get(Person, stage.administrator.id).retired_at is None
