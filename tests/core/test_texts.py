"""Catalogues: languages, fields, fall-back."""

import pytest

from core import clock, i18n
from core.errors import Invalid, NotAllowed
from core.i18n import _, set_language, using_language


def test_a_language_holds_only_inside_its_block():
    with using_language("en"):
        assert _("This is required.") == "This is required."
        with using_language("ja"):
            assert _("This is required.") != "This is required."
        assert i18n.language() == "en"


def test_an_unknown_language_means_japanese():
    with using_language("en"):
        set_language("fr")
        assert i18n.language() == "ja"


def test_an_error_speaks_the_language_of_its_reader():
    error = NotAllowed("Enter at least {min_length} characters.", min_length=3)
    with using_language("en"):
        assert error.text == "Enter at least 3 characters."
    with using_language("ja"):
        assert "3" in error.text
        assert error.text != "Enter at least 3 characters."


def test_invalid_keeps_its_fields():
    assert Invalid("No.", fields={"name": "これは必須です。"}).fields == {"name": "これは必須です。"}


@pytest.mark.parametrize(("utc_hour", "day"), [(14, 1), (15, 2)])
def test_today_is_the_day_in_japan(utc_hour, day):
    with clock.frozen(clock.datetime(2026, 4, 1, utc_hour, tzinfo=clock.UTC)):
        assert clock.today().day == day
