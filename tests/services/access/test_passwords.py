"""The password rule, and that its hash is the one streamlit-authenticator reads and writes."""

import pytest
from streamlit_authenticator import Hasher

from core.errors import Invalid
from services.access.passwords import hashed, matches, usable
from services.access.sign_in import NOBODYS_HASH


class TestRule:
    @pytest.mark.parametrize(
        "password", ["x7!kQ2-pL9_z", "my dog eats green apples", "桜が咲いたら会いましょうね今年も"]
    )
    def test_takes_sentences_of_any_language_and_no_composition_is_asked(self, password):
        assert usable(f"  {password} ") == password

    @pytest.mark.parametrize(
        "password", ["password1234", "Password!!!!1", "qwertyuiop12", "1234567890123", "aaaaaaaaaaab", "adminpassword1"]
    )
    def test_refuses_what_is_tried_first(self, password):
        with pytest.raises(Invalid) as refused:
            usable(password)
        assert set(refused.value.fields) == {"password"}

    def test_refuses_the_login_name(self):
        with pytest.raises(Invalid):
            usable("hanako.kanri@example.jp", login="hanako.kanri@example.jp")

    @pytest.mark.parametrize("password", ["short pass!", "い" * 24 + "ろ", "x1!" * 25, "good but\0 with zero"])
    def test_refuses_the_short_the_long_and_what_bcrypt_cannot_read(self, password):
        with pytest.raises(Invalid):
            usable(password)


class TestHash:
    def test_is_the_one_of_streamlit_authenticator(self):
        password = "my dog eats green apples"
        assert Hasher.check_pw(password, hashed(password))
        assert Hasher.is_hash(hashed(password))
        assert matches(password, Hasher.hash(password))

    def test_nobodys_hash_is_one(self):
        assert Hasher.is_hash(NOBODYS_HASH)

    def test_what_is_too_long_matches_nothing_instead_of_failing(self):
        assert not matches("x" * 73, hashed("x1!y" * 18))
