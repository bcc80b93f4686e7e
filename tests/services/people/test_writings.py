"""Names, kana, codes, addresses and regions in the writing that is kept."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inputs import WrongValue
from services.people import addresses, text
from services.people.imports.regions import find_region
from services.people.regions.names import full_name


class TestNames:
    @pytest.mark.parametrize("name", ["髙﨑", "①郎", "㈱見本", "ﾐﾎﾝ", "𠮷野", "O'Neil", "de la Cruz", "葛󠄀城"])
    def test_keep_every_letter(self, name):
        assert text.name(f"　{name} ") == name

    @pytest.mark.parametrize("ends", ["\n", "\u2028", "\u2029", "\x85", "\u200b"])
    def test_are_on_one_line(self, ends):
        with pytest.raises(WrongValue):
            text.name(f"山田{ends}太郎")

    @pytest.mark.parametrize(
        ("written", "kept"),
        [("ﾀｶﾊｼ", "タカハシ"), ("ｶﾞｷﾞ", "ガギ"), ("たかはし", "タカハシ"), ("ゔぃ", "ヴィ"), ("か\u3099", "ガ"),
         ("Ann", "Ann"), ("ジャン＝ポール", None), ("ジャン・ポ", "ジャン・ポ"), ("山", None), ("ﾆｰﾅ", "ニーナ")],
    )  # fmt: skip
    def test_kana_become_full_width_katakana(self, written, kept):
        if kept is None:
            with pytest.raises(WrongValue):
                text.kana(written)
        else:
            assert text.kana(written) == kept

    @pytest.mark.parametrize(("written", "kept"), [("００１２", "0012"), (" Ａ－1 ", "A-1"), ("0012", "0012")])
    def test_codes_become_half_width_with_their_zeros(self, written, kept):
        assert text.code(written) == kept


class TestMobile:
    @pytest.mark.parametrize(
        "written",
        ["090-1234-5678", "09012345678", "０９０－１２３４－５６７８", "090ー1234ー5678", "090‐1234−5678",
         "(090) 1234 5678", "+81 90-1234-5678", "+819012345678", "9012345678", "090　1234　5678"],
    )  # fmt: skip
    def test_japanese_writings_are_one_number(self, written):
        assert addresses.mobile(written) == "+819012345678"
        assert addresses.shown_mobile("+819012345678") == "090-1234-5678"

    def test_numbers_of_other_countries(self):
        assert addresses.mobile("+1 202-456-1414") == "+12024561414"
        assert addresses.mobile(addresses.shown_mobile("+12024561414")) == "+12024561414"

    @pytest.mark.parametrize(
        "written", ["03-1234-5678", "0120-123-456", "090-1234-567", "1", "でんわ", "+999 1", "090-0123-4567"]
    )
    def test_what_sms_cannot_reach_is_refused(self, written):
        with pytest.raises(WrongValue):
            addresses.mobile(written)

    @given(st.from_regex(r"0[789]0[0-9]{8}", fullmatch=True))
    def test_the_short_way_says_what_the_library_says(self, digits):
        number = phonenumbers.parse(digits, "JP")
        usable = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in addresses.MOBILE_TYPES
        try:
            assert addresses.mobile(digits) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            assert usable
        except WrongValue:
            assert not usable

    @given(st.text(max_size=30))
    def test_nothing_crashes(self, written):
        for clean in (addresses.mobile, addresses.mail, text.name, text.kana, text.code):
            try:
                kept = clean(written)
            except WrongValue:
                continue
            assert clean(kept) == kept


class TestMail:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [("A.b@EXAMPLE.Co.Jp", "A.b@example.co.jp"), ("ａ＠ｅｘａｍｐｌｅ．ｊｐ", "a@example.jp"),
         (" a@b.jp ", "a@b.jp"), ("a..b.@docomo.example.jp", "a..b.@docomo.example.jp"), ("", "")],
    )  # fmt: skip
    def test_is_kept_half_width_with_a_small_domain(self, written, kept):
        assert addresses.mail(written) == kept

    @pytest.mark.parametrize(
        "written",
        ["a", "a@", "@b.jp", "a@b", "a b@c.jp", "a@b..jp", "a@-b.jp", "a@b.jp,c@d.jp", "a@" + "b" * 250 + ".jp"],
    )
    def test_what_is_no_address_is_refused(self, written):
        with pytest.raises(WrongValue):
            addresses.mail(written)


class TestRegions:
    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("13", "13"), ("1", "01"), ("350", "350"), ("1310100", "1310100"), ("110100", "0110100"),
            ("13101", "1310100"), ("01101", "0110100"), ("1101", "0110100"), ("131016", "1310100"),
            ("011011", "0110100"), ("東京都", "13"), ("千代田区", "1310100"), ("東京都千代田区", "1310100"),
            ("東京都 府中市", "1320600"), ("横浜市中区", "1410400"),
            ("神奈川県横浜市中区", "1410400"),
            ("東京都23区", "350"), ("Chiyoda Ward", "1310100"), ("宮城県柴田郡川崎町", "0432400"), ("奈良県", "540"),
            ("胆振伊達市", "0123300"),
        ],
    )  # fmt: skip
    def test_are_found_by_codes_and_names(self, written, code):
        assert find_region(written) == code

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("府中市", "広島県府中市"),
            ("横浜市", "横浜市鶴見区"),
            ("東京", "東京都"),
            ("どこか", "どこか"),
            ("99", "99"),
        ],
    )
    def test_what_is_not_clear_lists_what_it_may_be(self, written, said):
        with pytest.raises(WrongValue, match=said):
            find_region(written)

    def test_a_name_with_its_prefecture(self):
        assert full_name("1320600") == "東京都府中市"
