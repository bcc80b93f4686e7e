"""Letters: what mail programs read is what was written, whatever stands in a name."""

import email
import email.policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import Refused
from services.delivery.fields import FIELDS, PERSON_FIELDS, Text, check_fields
from services.delivery.letters import From, Skeleton, encoded, encoded_body

SENDER = From("危機管理課", "office@example.jp", "reply@example.jp")
VALUES = {"name": "山田 太郎", "family_name": "山田", "department": "本社 / 総務部", "reply_url": "http://here/r/1-a"}


def letter(subject="{title}", body="{name}", constants=None, **values):
    skeleton = Skeleton(SENDER, subject, body, constants or {"title": "訓練", "organisation": "見本社"})
    filled = {**VALUES, **values}
    return skeleton.letter(5, "<5.ab@example.jp>", "taro@example.jp", filled["name"], filled)


def read(mail):
    return email.message_from_bytes(mail.content, policy=email.policy.SMTP)


class TestText:
    def test_fills_every_field(self):
        text = "".join(f"<{{{name}}}>" for name in FIELDS)
        constants = {"title": "T", "organisation": "O"}
        filled = Text(text, constants).filled({name: name.upper() for name in PERSON_FIELDS})
        assert filled == "<NAME><FAMILY_NAME><DEPARTMENT><REPLY_URL><O><T>"

    def test_what_is_filled_in_is_never_read_as_a_field(self):
        text = Text("{title} {name} {department}", {"title": "{name}"})
        assert text.filled({"name": "{department}", "department": "{title}"}) == "{name} {department} {title}"

    @given(st.text(alphabet=st.characters(exclude_characters="{}")))
    def test_text_without_fields_stays_as_it_is(self, text):
        check_fields(None, text)  # nothing is looked up
        assert Text(text, {}).filled({}) == text

    @pytest.mark.parametrize("text", ["{nmae}", "{name }", "{}", "x {password}", "{own:nothing}"])
    def test_an_unknown_field_is_refused_by_name(self, tx, text):
        with pytest.raises(Refused, match=r"\{reply_url\}"):
            check_fields(tx, text)


class TestLetter:
    def test_has_all_headers(self, monkeypatch):
        moment = clock.now()
        with clock.frozen(moment):
            got = read(letter())
        assert got["from"] == "危機管理課 <office@example.jp>"
        assert got["reply-to"] == "reply@example.jp"
        assert got["to"] == "山田 太郎 <taro@example.jp>"
        assert got["message-id"] == "<5.ab@example.jp>"
        assert got["subject"] == "訓練"
        assert got["date"].datetime == moment.replace(microsecond=0)
        assert str(got["date"]).endswith("+0900")
        assert got["auto-submitted"] == "auto-generated"
        assert got.get_content_type() == "text/plain"
        assert got.get_content_charset() == "utf-8"
        assert not got.defects

    def test_has_no_reply_to_unless_one_is_set(self):
        mail = Skeleton(From("", "office@example.jp"), "x", "y", {}).letter(1, "<1@x>", "a@example.jp", "", {})
        assert read(mail)["reply-to"] is None
        assert (read(mail)["from"], read(mail)["to"]) == ("office@example.jp", "a@example.jp")

    @given(st.text(min_size=1, max_size=300))
    def test_any_subject_comes_back_on_one_line(self, text):
        mail = letter(subject="{name}", name=text)
        head = mail.content.partition(b"\r\n\r\n")[0]
        assert max(len(line) for line in head.split(b"\r\n")) <= 76
        raw = email.message_from_bytes(mail.content)["subject"]
        assert str(make_header(decode_header(raw))).strip() == mail.subject.strip()
        assert not set(mail.subject) & set("\r\n\x00\x0b\u2028")

    @given(st.text(max_size=2_000))
    def test_any_body_comes_back(self, text):
        mail = letter(body="{name}", name=text)
        assert mail.content.isascii()
        lines = mail.content.split(b"\r\n")
        assert max(len(line) for line in lines) <= 76
        body = read(mail).get_payload(decode=True).decode()
        assert body == "\r\n".join(text.splitlines()) + "\r\n"

    @pytest.mark.parametrize("name", ["太郎\r\nBcc: spy@example.com", "太郎\nX: y", "a\x0bb", "太郎\u2028X: y"])
    def test_a_name_cannot_add_a_header(self, name):
        got = read(letter(subject="{name} 様", name=name))
        assert got["bcc"] is None
        assert got["x"] is None
        assert len(got.keys()) == 10

    def test_a_surrogate_does_not_stop_the_mail(self):
        assert read(letter(name="太\udc80郎")).get_content() == "太?郎\r\n"


def test_emoji_are_never_cut_in_two():
    for word in encoded("👩‍🚒" * 30).split("\r\n "):
        assert len(word) <= 75
        assert str(make_header(decode_header(word))).isprintable() is not None


def test_an_empty_text_is_an_empty_word():
    assert encoded("") == "=?utf-8?B??="
    assert encoded_body("") == b"DQo=\r\n"
