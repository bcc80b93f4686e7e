"""Postal codes and addresses (services/people/homes.py), through form, change, file and back."""

import pytest

from core.inputs import validated
from services.people import add_person, address_of, edit_person, export_people, show_person
from services.people.export import ExportAsk
from services.people.fields import EditedPerson, PersonFields
from services.people.homes import Typed, postal_code, shown_postal_code
from services.people.show import PersonAsk


@pytest.mark.parametrize(("typed", "kept", "shown"), [
    ("150-0001", "1500001", "150-0001"), ("〒１５０－０００１", "1500001", "150-0001"),
    ("060ー0000", "0600000", "060-0000"),
       ("", "", ""), ("SW1A 1AA", "SW1A 1AA", "SW1A 1AA"), ("150000", "150000", "150000"),
    ("9999999", "9999999", "999-9999"),
])  # fmt: skip
def test_a_postal_code_is_taken_as_it_is_written(typed, kept, shown):
    assert (postal_code(typed), shown_postal_code(kept)) == (kept, shown)


@pytest.mark.parametrize(("typed", "address"), [
    ("150-0001", "東京都渋谷区神宮前"), ("１０００００１", "東京都千代田区千代田"), ("100-0000", "東京都千代田区"),
    ("452-0961", "愛知県清須市春日"), ("999-9999", ""), ("SW1A 1AA", ""),
])  # fmt: skip
def test_the_address_that_goes_with_it_as_far_as_it_goes(administrator, typed, address):
    assert address_of(administrator, Typed(value=typed)).address == address


def test_an_address_goes_through_form_change_and_file(administrator, cast):
    home = {"postal_code": "〒150ー0001", "address": "東京都渋谷区神宮前１－２－３ 髙﨑①号館"}
    added = add_person(administrator, validated(PersonFields, {"code": "H1", "family_name": "髙﨑", **home}))
    person = show_person(administrator, PersonAsk(id=added.id))
    assert (person.postal_code, person.address) == ("150-0001", home["address"])
    changed = {
        "id": person.id,
        "version": 1,
        "code": "H1",
        "family_name": "髙﨑",
        "postal_code": "",
        "address": "大阪市",
    }
    edit_person(administrator, validated(EditedPerson, changed))
    person = show_person(administrator, PersonAsk(id=added.id))
    assert (person.postal_code, person.address) == ("", "大阪市")
    lines = export_people(administrator, ExportAsk(text="H1")).content.decode("utf-8-sig").splitlines()
    header, row = (line.split(",") for line in lines)
    assert dict(zip(header, row, strict=True))["住所"] == "大阪市"
