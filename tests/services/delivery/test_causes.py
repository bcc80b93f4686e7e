"""What a mail server's word means: with the words that this machine and real servers give."""

import socket
from contextlib import closing

import pytest

from core.i18n import using_language
from data.models.delivery import Security
from services.delivery import cause, own_words
from services.delivery.providers import ProviderDown, SmtpProvider, SmtpServer
from tests.services.delivery.test_providers import mail
from tests.smtp_sink import smtp_sink


def word_of(host, port, security, user=""):
    """Try to send and return the word of the failure."""
    carried = closing(SmtpProvider(SmtpServer(host, port, security, user, "x"), timeout=5))
    with carried as provider, pytest.raises(ProviderDown) as caught:
        next(iter(provider.send([mail(1)])))
    return caught.value.word


def test_what_this_machine_says_is_a_sentence_and_no_word_of_the_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    with smtp_sink() as sink:
        found = {
            "ポート": word_of("127.0.0.1", closed, Security.NONE),
            "暗号化方式がポートに合っているか": word_of("127.0.0.1", sink.port, Security.TLS),
            "STARTTLSに対応していません": word_of("127.0.0.1", sink.port, Security.STARTTLS),
            "ユーザー名を空欄": word_of("127.0.0.1", sink.port, Security.NONE, "user"),
        }
    found["サーバー名が見つかりません"] = "smtp.exmaple.jp:587: [Errno -2] Name or service not known"
    for said, word in found.items():
        with using_language("ja"):
            assert said in cause(word), word
            assert not own_words(word)
        with using_language("en"):
            assert cause(word).endswith("."), word


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("535 5.7.8 Error: authentication failed", "ユーザー名とパスワード"),
        ("530 5.7.0 Must issue a STARTTLS command first", "ログインが必要"),
        ("421 4.3.2 shutting down, connection timed out", "時間をおいて"),
        ("550 5.1.1 User unknown", "宛先"),
        ("553 5.7.1 sender not allowed", "送信元アドレス"),
    ],
)
def test_what_the_server_says_is_explained_and_kept(word, said):
    with using_language("ja"):
        assert said in cause(word)
    assert own_words(word) == word


def test_what_nobody_has_seen_yet_is_shown_as_it_is():
    with using_language("ja"):
        assert cause("smtp.example.jp:25: *strange*").endswith("smtp.example.jp:25: *strange*")
