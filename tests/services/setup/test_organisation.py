"""The organisation master: numbers that check themselves, values in one writing, changes in the trail (X02)."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotFound
from core.inputs import Nothing, WrongValue, validated
from data.models.setup import Organisation
from services.setup import edit_organisation, organisation
from services.setup.corporate_number import corporate_number
from services.setup.organisation import OrganisationFields, telephone


@pytest.fixture
def stored(tx):
    """An organisation as the first start leaves it."""
    tx.add(Organisation(id=1, name="みほん", sample=False, created_at=tx.now))


def entered(**values):
    """Return what the form sends."""
    return validated(OrganisationFields, {"name": "みほん株式会社", "version": 1, **values})


class TestCorporateNumber:
    """The check digit; the numbers are those of 国税庁, 厚生労働省 and 総務省, and the example of the tax agency."""

    @pytest.mark.parametrize("number", ["7000012050002", "6000012070001", "2000012020001", "8700110005901"])
    def test_real_ones_are_taken_in_any_width(self, number):
        wide = number.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
        assert corporate_number(f" {wide[0]}-{wide[1:5]}-{wide[5:9]}ー{wide[9:]} ") == number

    @pytest.mark.parametrize("number", ["7000012050001", "8000012050002", "0000012050002", "700001205000", "株式会社"])
    def test_what_cannot_be_one_is_refused(self, number):
        with pytest.raises(WrongValue):
            corporate_number(number)

    def test_every_single_wrong_digit_is_found_but_those_that_weigh_nine(self):
        right = "7000012050002"
        wrong = {
            right[:at] + str(digit) + right[at + 1 :] for at in range(13) for digit in range(10)
            if str(digit) != right[at] and {str(digit), right[at]} != {"0", "9"}
        }  # fmt: skip
        for number in wrong:
            with pytest.raises(WrongValue):
                corporate_number(number)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("０３（１２３４）５６７８", "03-1234-5678"),
        ("0120-828-828", "0120-828-828"),
        ("+1 202-456-1111", "+1 202-456-1111"),
    ],
)
def test_telephone_numbers_are_kept_in_one_writing(typed, kept):
    assert telephone(typed) == kept


@pytest.mark.parametrize("typed", ["03-1234", "お客様窓口", "0312345678901"])
def test_what_is_no_telephone_number_is_refused(typed):
    with pytest.raises(WrongValue):
        telephone(typed)


@pytest.mark.usefixtures("stored")
class TestEdit:
    """``setup.edit_organisation``."""

    def test_X02_stores_everything_and_notes_what_changed(self, administrator, tx):
        row = edit_organisation(
            administrator,
            entered(kana="ﾐﾎﾝ", corporate_number="7000012050002", postal_code="150-0001", phone="0312345678",
                    working_days=["sun", "mon"], office_hour=0),
        )  # fmt: skip
        assert (row.kana, row.postal_code, row.phone, row.version) == ("ミホン", "1500001", "03-1234-5678", 2)
        assert [day.value for day in row.working_days] == ["mon", "sun"]
        assert organisation(administrator, Nothing()) == row
        (change,) = tx.scalar(select(AuditRecord.changes).where(AuditRecord.process == "setup.edit_organisation"))
        assert change["before"]["name"] == "みほん"
        assert "fiscal_month" not in change["after"]

    def test_who_comes_second_is_told(self, administrator):
        edit_organisation(administrator, entered())
        with pytest.raises(Conflict):
            edit_organisation(administrator, entered(name="別"))

    @pytest.mark.parametrize(
        ("name", "value"),
        [("corporate_number", "7000012050001"), ("phone", "x"), ("contact_mail", "office"), ("fiscal_month", 13),
         ("working_days", []), ("kana", "漢字"), ("office_hour", 24), ("name", "a\nb")],
    )  # fmt: skip
    def test_what_is_wrong_is_said_beside_its_field(self, name, value):
        with pytest.raises(Invalid) as caught:
            entered(**{name: value})
        assert set(caught.value.fields) == {name}


def test_before_the_first_start_there_is_nothing_to_edit(administrator):
    with pytest.raises(NotFound):
        edit_organisation(administrator, entered())
