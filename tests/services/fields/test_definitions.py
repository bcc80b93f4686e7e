"""Adding, changing, ordering and retiring own fields."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, Refused
from services.fields import (
    OwnKind,
    add_field,
    checked,
    edit_field,
    move_field,
    offered_fields,
    reinstate_field,
    retire_field,
    search_fields,
)
from services.fields.choices import write_choices
from services.fields.edit import EditedField, NewField
from services.fields.order import MovedField, WhichField
from services.fields.queries import FieldsAsk, OfferedAsk
from services.people.store import set_own
from tests.factories import actor_of
from tests.services.fields.stage import add_fields


def codes(tx, **ask):
    return [row.code for row in search_fields(tx, FieldsAsk(**ask))]


def change(tx, row, **more):
    values = {**row.model_dump(), "choices": write_choices(row.choices), **more}
    return edit_field(tx, EditedField(**{name: values[name] for name in EditedField.model_fields}))


class TestAdd:
    """A new field."""

    def test_stands_last_and_is_recorded(self, administrator, tx, cast):
        add_fields(administrator, "note", "size")
        assert codes(administrator) == ["note", "size"]
        assert tx.scalar(select(AuditRecord.process).where(AuditRecord.process == "fields.add"))

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"code": "note"}, "code"), ({}, "label_ja"), ({"label_ja": "メモ", "label_en": "備考"}, "label_en"),
            ({"label_ja": "部署"}, "label_ja"), ({"label_ja": "メモ", "kind": "choice"}, "choices"),
        ],
    )  # fmt: skip
    def test_needs_a_code_and_a_label_of_its_own_and_choices(self, administrator, cast, wrong, field):
        add_fields(administrator, "note")
        with pytest.raises(Invalid) as error:
            add_field(administrator, NewField(**{"code": "x", "label_ja": "備考", **wrong}))
        assert field in error.value.fields

    @pytest.mark.parametrize("line", ["a|b|c|d", "| ラベル", "あ;い", "M\nM", "A | 中\nB | 中"])
    def test_choices_are_told_apart(self, line):
        with pytest.raises(ValueError, match="choices"):
            NewField(code="x", label_ja="X", kind="choice", choices=line.split("\n"))


class TestEdit:
    """A field as it is changed."""

    def test_labels_choices_and_kind_of_an_empty_field_change(self, administrator, cast):
        row = add_fields(administrator, "size")["size"]
        row = change(administrator, row, label_ja="サイズ", choices=["M | 中くらい", "XL"])
        assert [(one.value, one.ja) for one in row.choices] == [("M", "中くらい"), ("XL", "XL")]
        row = change(administrator, row, kind=OwnKind.TEXT, choices=[])
        assert (row.label_ja, row.kind, row.choices) == ("サイズ", OwnKind.TEXT, ())

    def test_a_field_with_values_keeps_its_kind_and_the_choices_in_use(self, administrator, tx, cast):
        row = add_fields(administrator, "size")["size"]
        set_own(tx, {cast.staff.id: {"size": "M"}})
        with pytest.raises(Invalid) as error:
            change(administrator, row, kind=OwnKind.TEXT, choices=[])
        assert list(error.value.fields) == ["kind"]
        row = change(administrator, row, choices=["L"])
        assert [(one.value, one.gone) for one in row.choices] == [("L", False), ("M", True)]
        assert checked(tx, "person", {"size": "M"}, {"size": "M"}, whole=False) == {"size": "M"}
        with pytest.raises(Invalid):
            checked(tx, "person", {"size": "M"}, {}, whole=False)

    def test_overwrites_nobody(self, administrator, cast):
        row = add_fields(administrator, "note")["note"]
        change(administrator, row, label_ja="メモ")
        with pytest.raises(Conflict):
            change(administrator, row, label_ja="覚え書き")


class TestOrder:
    """Which comes first, and which is used."""

    def test_goes_up_and_down_past_those_in_use(self, administrator, cast):
        rows = add_fields(administrator, "note", "pay", "until")
        retire_field(administrator, WhichField(id=rows["pay"].id))
        move_field(administrator, MovedField(id=rows["until"].id, up=True))
        assert codes(administrator) == ["until", "note"]
        move_field(administrator, MovedField(id=rows["until"].id, up=True))
        assert codes(administrator) == ["until", "note"]
        move_field(administrator, MovedField(id=rows["until"].id, up=False))
        assert codes(administrator) == ["note", "until"]

    def test_values_stay_with_a_retired_field_and_come_back(self, administrator, tx, cast):
        row = add_fields(administrator, "note")["note"]
        set_own(tx, {cast.staff.id: {"note": "x"}})
        retire_field(administrator, WhichField(id=row.id))
        assert (codes(administrator), codes(administrator, retired=True)) == ([], ["note"])
        with pytest.raises(Invalid):
            checked(tx, "person", {"note": "y"}, {"note": "x"}, whole=False)
        add_field(administrator, NewField(code="memo", label_ja="備考"))
        with pytest.raises(Refused):
            reinstate_field(administrator, WhichField(id=row.id))
        change(administrator, search_fields(administrator, FieldsAsk())[0], label_ja="メモ")
        reinstate_field(administrator, WhichField(id=row.id))
        assert checked(tx, "person", {}, {"note": "x"}, whole=False) == {"note": "x"}


def test_only_those_who_see_people_learn_of_their_fields(administrator, manager, acting, tx, cast):
    add_fields(administrator, "note")
    assert [row.code for row in offered_fields(manager, OfferedAsk())] == ["note"]
    assert offered_fields(acting(actor_of(tx, cast.staff)), OfferedAsk()) == []
