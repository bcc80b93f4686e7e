"""Reply links: only what we signed opens anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import settings
from services.delivery import sign, verify
from services.delivery.tokens import HIGHEST, message_id


@given(st.integers(min_value=0, max_value=HIGHEST))
def test_what_was_signed_is_known_again(delivery_id):
    assert verify(sign(delivery_id)) == delivery_id
    assert verify(sign(delivery_id).upper()) == delivery_id


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=40), st.characters())
def test_one_changed_letter_opens_nothing(delivery_id, at, letter):
    token = sign(delivery_id)
    changed = token[:at] + letter + token[at + 1 :]
    assert verify(changed) is None or changed.lower() == token


@given(st.text(max_size=100))
def test_any_other_text_opens_nothing(text):
    assert verify(text) is None


@pytest.mark.parametrize("token", ["", "-", "1-", "-abc", "1" * 5000 + "-a", "zzzzzzzzzzzzzz-" + "a" * 32, "1_0-aa"])
def test_odd_shapes_open_nothing(token):
    assert verify(token) is None


def test_leading_zeros_make_another_token():
    assert verify(f"0{sign(5)}") is None


def test_the_signature_has_128_bits():
    assert len(sign(1).partition("-")[2]) == 32


def test_a_message_id_is_always_the_same_and_no_help_for_its_token():
    assert message_id(7, "example.jp") == message_id(7, "example.jp")
    signature = message_id(7, "example.jp").partition(".")[2].partition("@")[0]
    assert signature not in sign(7)


def test_another_key_makes_other_tokens(monkeypatch):
    token = sign(1)
    monkeypatch.setenv("RENRAKU_SECRET_KEY", "another key of an installation, quite long")
    settings.settings.cache_clear()
    try:
        assert verify(token) is None
    finally:
        monkeypatch.undo()
        settings.settings.cache_clear()
    assert verify(token) == 1
