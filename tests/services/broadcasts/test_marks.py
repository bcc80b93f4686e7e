"""Drills, tests and corrections are marked in what everybody reads."""

import pytest

from core.i18n import using_language
from services.broadcasts import BroadcastsAsk, WhichDraft, rehearse, search
from services.broadcasts.marks import unmarked
from tests.services.broadcasts.asks import drafted, mailings, sent

pytestmark = pytest.mark.usefixtures("with_mail")
FIRST = "【訓練】これは訓練です。実際の災害ではありません。"


class TestDrills:
    def test_title_subject_and_first_line_say_so(self, administrator, tx):
        row = sent(administrator, kind="drill", title="秋の訓練", subject="{title}", body="{name} 様\n{reply_url}")
        (mailing,) = mailings(tx, row.id)
        assert (row.title, mailing.subject) == ("【訓練】秋の訓練", "【訓練】{title}")
        assert mailing.body.splitlines()[:3] == [FIRST, "", "{name} 様"]
        assert mailing.constants["title"] == "秋の訓練"  # the subject has its mark already
        assert search(administrator, BroadcastsAsk()).rows[0].title == "【訓練】秋の訓練"

    def test_what_is_marked_is_not_marked_again(self, administrator, tx):
        row = sent(administrator, kind="drill", title="【訓練】秋", subject="【訓練】{title}", body=f"{FIRST}\n\n本文")
        (mailing,) = mailings(tx, row.id)
        assert (row.title, mailing.subject, mailing.body) == ("【訓練】秋", "【訓練】{title}", f"{FIRST}\n\n本文")

    def test_a_mark_is_in_the_language_of_its_text(self, administrator, tx):
        with using_language("en"):
            row = sent(
                administrator, kind="drill", title="秋", subject="件名", body="本文",
                title_en="Autumn", subject_en="Subject", body_en="Text",
            )  # fmt: skip
        (mailing,) = mailings(tx, row.id)
        assert (row.title, row.title_en, mailing.subject) == ("【訓練】秋", "[Drill] Autumn", "【訓練】件名")
        english = mailing.versions["en"]
        assert (english["subject"], english["title"]) == ("[Drill] Subject", "Autumn")
        assert english["body"].startswith("[Drill] This is a drill. Nothing has really happened.\n\nText")

    def test_the_rehearsal_shows_the_words_as_they_will_be_sent(self, administrator):
        row = drafted(administrator, kind="drill", title="秋", subject="件名", body="本文")
        found = rehearse(administrator, WhichDraft(id=row.id)).broadcast
        assert (found.title, found.subject, found.body) == ("【訓練】秋", "【訓練】件名", f"{FIRST}\n\n本文")
        assert row.title == "秋"

    def test_a_safety_confirmation_is_not_marked(self, administrator, tx):
        row = sent(administrator, kind="manual", title="地震", subject="件名", body="本文")
        (mailing,) = mailings(tx, row.id)
        assert (row.title, mailing.subject, mailing.body) == ("地震", "件名", "本文")

    def test_a_title_is_found_without_its_mark(self):
        assert [unmarked(title) for title in ("【訓練】秋", "[Drill] Autumn", "秋")] == ["秋", "Autumn", "秋"]
