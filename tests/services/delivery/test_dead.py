"""Why an address is dead, in a sentence."""

import pytest

from core.i18n import using_language
from services.delivery import BLOCKED, why_dead


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (None, ""),
        ("complaint", "迷惑メール"),
        (BLOCKED, "ブロック"),
        ("550 5.1.1 <a@example.jp> User unknown", "存在しません。（550 5.1.1"),
        ("410", "アプリが削除"),
        ("Permanent/OnAccountSuppressionList", "送信停止リスト"),
        ("OptedOut: opted out", "SMS"),
        ("Invalid phone number", "使われていません"),
        ("400 The request body has 1 error(s) to: The value is invalid", "LINE"),
        ("554 something else", "554 something else"),
    ],
)
def test_is_a_sentence_with_the_provider_s_word(word, said):
    with using_language("ja"):
        assert said in why_dead(word)
