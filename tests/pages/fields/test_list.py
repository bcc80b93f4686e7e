"""The page of own fields (pages/fields/list.py), and what follows from it on the page of a person."""

from datetime import date

from sqlalchemy import select

from data.models.fields import OwnField
from data.models.people import Person
from services.people.store import set_own
from tests.services.fields.stage import add_fields


def test_a_field_is_added_changed_and_ordered(open_page, stage, database):
    app = open_page("fields/list.py", id="new")
    for name, value in {"label_ja": "制服", "code": "size", "kind": "choice", "choices": "S | 小\nM | 中"}.items():
        app.get_by_key(f"field-new.0.{name}").set_value(value)
    app.get_by_key("field-new.0.submit").click().run()
    assert len(app.success) == 1
    with database() as tx:
        add_fields(tx, "note")
        size, note = tx.execute(select(OwnField.id).order_by(OwnField.position)).scalars()
    app = open_page("fields/list.py", id=str(size))
    assert app.get_by_key(f"field-{size}-1.0.choices").value == "S | 小\nM | 中"
    app.get_by_key(f"field-{size}-1.0.choices").set_value("S | 小\nM | 中\nL | 大")
    app.get_by_key(f"field-{size}-1.0.submit").click().run()
    app.get_by_key(f"down-{size}").click().run()
    with database() as tx:
        assert list(tx.execute(select(OwnField.code).order_by(OwnField.position)).scalars()) == ["note", "size"]
        assert len(tx.get(OwnField, size).choices) == 3
    assert app.get_by_key(f"up-{note}").disabled


def test_a_field_goes_out_of_use_and_comes_back(open_page, stage, database, asked):
    with database() as tx:
        row = add_fields(tx, "note")["note"]
    app = open_page("fields/list.py")
    app.get_by_key(f"retire-{row.id}").click().run()
    assert "備考" in asked[0]
    app.get_by_key(f"back-{row.id}").click().run()
    assert app.get_by_key(f"retire-{row.id}")


def test_settings_are_not_for_everybody(open_page, stage):
    assert open_page("fields/list.py", stage.manager).warning


class TestPersonsForm:
    """Own fields in the form and on the page of a person."""

    def test_are_asked_for_saved_and_shown(self, open_page, stage, database):
        with database() as tx:
            add_fields(tx)
        form = f"person-{stage.staff.id}-1.0.own_"
        app = open_page("people/person.py", id=str(stage.staff.id))
        typed = {
            "note": "早番", "pay": "1,200.5", "until": date(2026, 4, 1), "size": "M", "skills": ["英語"],
            "boss": stage.manager.code, "site": stage.branch.id,
        }  # fmt: skip
        for code, value in typed.items():
            app.get_by_key(f"{form}{code}").set_value(value)
        app.get_by_key(f"person-{stage.staff.id}-1.0.submit").click().run()
        assert len(app.success) == 1, [one.value for one in app.markdown if ":red[" in one.value]
        with database() as tx:
            assert tx.get(Person, stage.staff.id).own == {
                "note": "早番", "pay": "1200.5", "until": "2026-04-01", "size": "M", "skills": ["英語"],
                "boss": stage.manager.id, "site": stage.branch.id,
            }  # fmt: skip
        assert "部長 太郎" in "".join(one.value for one in app.html)
        assert app.get_by_key(f"person-{stage.staff.id}-2.0.own_boss").value == stage.manager.code

    def test_what_is_wrong_stands_beside_its_field(self, open_page, stage, database):
        with database() as tx:
            add_fields(tx, "pay", "boss")
            add_fields(tx, "size", required=True)
        app = open_page("people/person.py", id=str(stage.staff.id))
        app.get_by_key(f"person-{stage.staff.id}-1.0.own_pay").set_value("たくさん")
        app.get_by_key(f"person-{stage.staff.id}-1.0.submit").click().run()
        app.get_by_key(f"person-{stage.staff.id}-1.0.own_size").set_value("S")
        app.get_by_key(f"person-{stage.staff.id}-1.0.submit").click().run()
        assert [one.value for one in app.markdown if ":red[" in one.value] == [
            ":small[:red[:material/error: 1200 や 12.5 のような数値を入力してください。]]"
        ]

    def test_somebody_elses_change_is_shown_and_not_overwritten(self, open_page, stage, database):
        with database() as tx:
            add_fields(tx, "size")
        app = open_page("people/person.py", id=str(stage.staff.id))
        with database() as tx:
            set_own(tx, {stage.staff.id: {"size": "L"}})
            tx.get(Person, stage.staff.id).version = 2
        app.get_by_key(f"person-{stage.staff.id}-1.0.own_size").set_value("M")
        app.get_by_key(f"person-{stage.staff.id}-1.0.submit").click().run()
        assert ["ほかの人が変更しました" in one.value for one in app.warning] == [True]
        with database() as tx:
            assert tx.get(Person, stage.staff.id).own == {"size": "L"}
