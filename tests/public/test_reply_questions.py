"""The reply page for questions that some only are asked, in two languages, for drills and after corrections."""

from sqlalchemy import select

from core.database import transaction
from core.inputs import validated
from core.settings import settings
from data.models.delivery import LocalMail, Mailing
from data.models.people import ContactPoint
from pages.public.branching import hiding
from services.broadcasts import Draft, Send, Which, correct, draft, send
from services.delivery import sending
from tests.public.asked import SYSTEM, Asked
from tests.services.broadcasts.test_questions import CHAIN, SAFE, rows

MARKUP = "<b onclick=alert(1)>太字</b> {} & </style><script>alert(1)</script>"


class TestBranching:
    def test_each_condition_stands_above_its_question_and_style_hides_it(self, browser):
        asked = Asked(questions=CHAIN)
        first, second, third = asked.keys
        page = browser.get(asked.url).text
        assert "「ご無事ですか？」で「けが」を選んだ方のみ" in page
        assert f"form:not(:has(#q{first}-1:checked)) #q{second}-if {{ display: none; }}" in page
        assert f"form:not(:has(#q{second}-1:checked)) #q{third}-if {{ display: none; }}" in page
        # The third one is hidden as well when what leads to the second one is not chosen any more.
        assert f"form:not(:has(#q{first}-1:checked)) #q{third}-if {{ display: none; }}" in page

    def test_several_choices_that_lead_there_are_one_rule(self):
        questions = rows(SAFE, {**CHAIN[1], "only_if": {"question": 1, "options": ["けが", "助けて"]}})
        assert hiding(questions) == ["form:not(:has(#q1-1:checked, #q1-2:checked)) #q2-if { display: none; }"]

    def test_what_was_not_asked_is_not_required_stored_or_shown(self, browser):
        asked = Asked(questions=CHAIN)
        first, second, third = asked.keys
        sent = browser.post(asked.url, data={first: "無事", second: "足", third: "駅"})
        assert sent.status_code == 303
        assert asked.stored().latest_answer == {first: "無事"}
        done = browser.get(sent.headers["location"]).text
        assert "ご無事ですか？" in done
        assert "どこ" not in done

    def test_what_is_asked_then_is_asked_for(self, browser):
        asked = Asked(questions=CHAIN)
        first, second, _third = asked.keys
        again = browser.post(asked.url, data={first: "けが"})
        assert again.status_code == 422
        assert f'href="#q{second}"' in again.text

    def test_a_day_is_answered(self, browser):
        asked = Asked(questions=[{"kind": "date", "label": "いつ"}])
        assert '<input type="date"' in browser.get(asked.url).text
        browser.post(asked.url, data={asked.keys[0]: "2026-04-01"})
        assert asked.stored().latest_answer == {asked.keys[0]: "2026-04-01"}
        assert "2026/04/01" in browser.get(f"{asked.url}/done").text
        assert 'value="2026-04-01"' in browser.get(asked.url).text


class TestLanguages:
    def test_who_reads_english_is_asked_in_english_and_counted_with_the_others(self, browser):
        asked = Asked(language="en", questions=CHAIN, title_en="Strong quake")
        (first, *_others) = asked.keys
        page = browser.get(asked.url).text
        for text in ("Are you safe?", "Strong quake", "Hurt", "Only if you chose “Hurt” at “Are you safe?”"):
            assert text in page
        assert "ご無事ですか？" not in page
        done = browser.post(asked.url, data={first: "無事"})
        assert asked.stored().latest_answer == {first: "無事"}
        assert "Yes" in browser.get(done.headers["location"]).text

    def test_the_other_language_is_one_click_away(self, browser):
        asked = Asked(questions=CHAIN)
        assert "Are you safe?" in browser.get(f"{asked.url}?lang=en").text

    def test_mails_are_in_the_language_of_their_reader(self, live):
        words = {"subject": "{title}です", "body": "{name} 様\n{reply_url}", "subject_en": "It is {title}",
                 "body_en": "Dear {name}\n{reply_url}", "title_en": "a quake"}  # fmt: skip
        japanese, english = Asked(**words), Asked(language="en", **words)
        with transaction(SYSTEM) as tx:
            ids = tx.session.scalars(select(Mailing.id)).all()
        for mailing_id in ids:
            sending.send_mailing(mailing_id=mailing_id, lane=0)
        assert mail_to(japanese).body.splitlines()[0] == "山田 花子 様"
        assert mail_to(japanese).subject == "震度5強の地震です"
        assert mail_to(english).subject == "It is a quake"
        assert mail_to(english).body.splitlines() == [
            "Dear 山田 花子", f"{settings().base_url}/r/{english.token}"
        ]  # fmt: skip


class TestDrills:
    def test_the_page_says_that_it_is_a_drill(self, browser):
        drill = Asked(kind="drill")
        page = browser.get(drill.url).text
        assert "【訓練】震度5強の地震" in page
        assert "これは訓練です。実際の災害ではありません。" in page
        browser.post(drill.url, data={drill.keys[0]: "無事です"})
        assert "これは訓練です。" in browser.get(f"{drill.url}/done").text
        assert "訓練" not in browser.get(Asked(kind="manual").url).text


class TestCorrections:
    def test_the_page_of_the_first_one_says_what_was_put_right(self, browser):
        asked = Asked(kind="manual")
        with transaction(SYSTEM) as tx:
            row = correct(tx, Which(id=asked.id))
            values = {"id": row.id, "kind": "manual", "title": "地震", "subject": "{title}の訂正",
                      "body": "{name} 様\n正しくは震度4です。"}  # fmt: skip
            draft(tx, validated(Draft, values))
        assert "震度4" not in browser.get(asked.url).text
        with transaction(SYSTEM) as tx:
            send(tx, Send(id=row.id))
        page = browser.get(asked.url).text
        assert "【訂正】地震の訂正" in page
        assert "山田 花子 様\n正しくは震度4です。" in page


class TestMarkup:
    """Texts are text: what looks like markup is shown as it was written."""

    def test_what_is_written_into_texts_and_forms_is_never_markup(self, browser):
        text = MARKUP.replace("{} ", "")
        choices = {**SAFE, "label": text[:100], "options": [text, "いいえ"], "options_en": []}
        asked = Asked(questions=[choices, {**CHAIN[1], "only_if": {"question": 1, "options": [text]}}],
                      title=text, body=f"{text}\n{{reply_url}}")  # fmt: skip
        page = browser.get(asked.url).text
        assert "<script" not in page
        assert "<b onclick" not in page
        assert page.count("</style>") == 1
        assert "&lt;b onclick=alert(1)&gt;" in page

    def test_a_mail_is_plain_text(self, live):
        asked = Asked(body=f"{MARKUP.replace('{} ', '')}\n{{reply_url}}")
        with transaction(SYSTEM) as tx:
            mailing_id = tx.scalar(select(Mailing.id))
        sending.send_mailing(mailing_id=mailing_id, lane=0)
        assert mail_to(asked).body.startswith("<b onclick=alert(1)>太字</b> & </style>")


def mail_to(asked) -> LocalMail:
    """Return the mail that somebody got."""
    with transaction(SYSTEM) as tx:
        address = select(ContactPoint.value).where(ContactPoint.person_id == asked.person_id).scalar_subquery()
        return tx.session.scalars(select(LocalMail).where(LocalMail.recipient == address)).one()
