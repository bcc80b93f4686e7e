"""The organisation's name, colour and logo (services/setup/look.py)."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import Conflict, Invalid, NotAllowed
from core.inputs import Nothing, validated
from data.models.setup import Organisation
from services.setup import ChangedLook, NewLogo, change_logo, change_look, colours, logo, look, remove_logo, show_look


@pytest.fixture
def organisation(tx):
    tx.add(Organisation(id=1, name="試験商事", sample=False, created_at=tx.now))


def drawn(kind: str, size=(900, 100), **options) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "#336699").save(file, kind, **options)
    return file.getvalue()


class TestChangeLook:
    def test_name_and_colour_are_for_everybody(self, administrator, organisation, tx):
        changed = change_look(administrator, ChangedLook(name="新商事", accent="#A8325E", version=1))
        found = look(tx)
        assert (changed.version, found.name, found.accent) == (2, "新商事", "#a8325e")
        assert colours.contrast(found.accent_dark, colours.DARK_GROUND) >= colours.ENOUGH
        assert found.logo_address == ""

    def test_whoever_comes_second_is_told(self, administrator, organisation):
        change_look(administrator, ChangedLook(name="一", version=1))
        with pytest.raises(Conflict):
            change_look(administrator, ChangedLook(name="二", version=1))

    def test_nobody_without_permission(self, limited, organisation):
        with pytest.raises(NotAllowed):
            change_look(limited("setup.look"), ChangedLook(name="二", version=1))

    @pytest.mark.parametrize(("colour", "sentence"), [
        ("#ffcc00", "#8a6e00"), ("#777777", "#717171"), ("red", "#と6桁"), ("#12345", "#と6桁"), ("#12345g", "#と6桁"),
    ])  # fmt: skip
    def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(self, colour, sentence):
        with pytest.raises(Invalid) as refused:
            validated(ChangedLook, {"name": "x", "accent": colour, "version": 1})
        assert sentence in refused.value.fields["accent"]


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_has_a_tone_for_each_ground(number):
    colour = f"#{number:06x}"
    assert colours.readable_on_light(colours.darkened(colour))
    dark = colours.on_dark(colour)
    for ground in (colours.DARK_GROUND, colours.DARK_SECOND):
        assert colours.contrast(dark, ground) >= colours.ENOUGH
    accent = colours.darkened(colour)
    assert colours.contrast(colours.written_on(accent), accent) >= colours.ENOUGH
    assert colours.contrast(colours.written_on(dark), dark) >= colours.ENOUGH


class TestChangeLogo:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_picture_is_written_anew_without_what_else_the_file_carries(self, administrator, organisation, tx, kind):
        content = drawn(kind) + b"<script>alert(1)</script>"
        kept = change_logo(administrator, NewLogo(content=content))
        found = look(tx)
        assert (found.logo, found.width, found.height) == (kept.logo, 640, 71)
        written = logo(tx, kept.logo)
        assert written.startswith(b"\x89PNG")
        assert b"script" not in written
        change_logo(administrator, NewLogo(content=drawn("PNG", (50, 50))))
        assert logo(tx, kept.logo) is None
        remove_logo(administrator, Nothing())
        assert (show_look(administrator, Nothing()).logo, look(tx).logo) == ("", "")

    @pytest.mark.parametrize(("content", "sentence"), [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG"), (drawn("GIF"), "PNG"), (b"", "PNG"),
        (drawn("PNG")[:60], "壊れて"), (b"\x89PNG\r\n\x1a\n" + bytes(200 * 1024 - 7), "200KB"),
        (drawn("PNG", (4001, 1)), "4000"), (b"RIFF\x00\x00\x00\x00WAVE", "壊れて"),
    ])  # fmt: skip
    def test_anything_else_is_refused_with_what_to_do(self, administrator, organisation, content, sentence):
        with pytest.raises(Invalid) as refused:
            change_logo(administrator, NewLogo(content=content))
        assert sentence in refused.value.fields["content"]
