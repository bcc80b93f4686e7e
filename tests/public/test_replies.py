"""The reply page over HTTP, as a phone opens it: no login, no cookie, no JavaScript."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from core import clock
from core.database import transaction
from core.inputs import Nothing
from data.models.delivery import Delivery, DeliveryState
from data.models.setup import Organisation
from pages.public import desk, plain_form, replies, reply_pages
from pages.public.app import app
from pages.public.throttle import Throttle
from services import delivery
from services.broadcasts import EditForm, Which, close, edit_form, forms, seed_samples
from services.broadcasts.asked import ANSWERABLE_FOR
from tests.factories import make_person
from tests.public.asked import QUESTIONS, SYSTEM, Asked, Form
from tests.services.broadcasts.asks import sent


@pytest.fixture
def no_room(monkeypatch):
    """Let the desk, which opens with its process, take nothing."""
    monkeypatch.setattr(desk, "MOST_WAITING", 0)


@pytest.fixture
def browser(browser, monkeypatch):
    """Each test has its own brake."""
    for name in ("posts", "misses"):
        monkeypatch.setattr(replies, name, Throttle(30, timedelta(minutes=10)))
    return browser


class TestOpening:
    def test_shows_the_questions_and_records_nothing(self, browser):
        asked = Asked()
        for _scanner in range(3):
            page = browser.get(asked.url)
        assert page.status_code == 200
        for text in (
            "見本株式会社",
            "震度5強の地震",
            "山田 花子 様",
            "状況を教えてください。",
            "ご無事ですか？",
            "毛布",
            "必須",
        ):
            assert text in page.text
        stored = asked.stored()
        assert (stored.latest_at, stored.answers) == (None, 0)
        with transaction(SYSTEM) as tx:
            assert tx.get(Delivery, asked.delivery_id).state is DeliveryState.WAITING

    def test_needs_nothing_from_elsewhere_and_no_script(self, browser):
        text = browser.get(Asked().url).text
        assert not re.search(r"<script|<link|\bsrc=|@import|url\(|https?://", text)

    def test_speaks_the_persons_language_and_the_other_on_demand(self, browser):
        japanese, english = Asked(), Asked(language="en")
        assert '<html lang="ja">' in browser.get(japanese.url).text
        assert "Send my answer" in browser.get(english.url).text
        switched = browser.get(f"{japanese.url}?lang=en").text
        assert '<html lang="en">' in switched
        assert f'action="{japanese.url}?lang=en"' in switched
        assert '<html lang="ja">' in browser.get(f"{japanese.url}?lang=xx").text

    def test_a_test_says_that_it_is_one(self, browser):
        assert "これはテストです" in browser.get(Asked(kind="test").url).text
        assert "これはテストです" not in browser.get(Asked(kind="manual").url).text

    def test_is_kept_out_of_caches_referrers_and_search_engines(self, browser):
        headers = browser.get(Asked().url).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"

    def test_an_answer_that_only_leads_on_carries_no_headers_of_a_page(self, browser):
        asked = Asked()
        headers = browser.post(asked.url, data={asked.keys[0]: "無事です"}).headers
        assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert headers["x-request-id"]
        assert not {"content-security-policy", "permissions-policy", "x-frame-options"} & set(headers)

    def test_what_people_wrote_is_shown_as_text(self, browser):
        nasty = "<img src=x onerror=alert(1)>"
        asked = Asked(questions=[{"kind": "choice", "label": nasty, "options": [nasty, '"><script>']}])
        text = browser.get(asked.url).text
        assert "<img" not in text
        assert "<script" not in text


class TestAnswering:
    def test_stores_it_thanks_and_shows_what_was_answered(self, browser):
        asked = Asked()
        choice, choices, number, text = asked.keys
        form = {choice: "無事です", choices: ["毛布", "水"], number: "３", text: "大丈夫です\r\n<b>"}
        answer = browser.post(asked.url, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{asked.url}/done")
        thanks = browser.get(answer.headers["location"]).text
        for shown in (
            "ありがとうございます",
            "無事です",
            "水、毛布",
            "3 人",
            "大丈夫です\n&lt;b&gt;",
            f'href="{asked.url}"',
        ):
            assert shown in thanks
        stored = asked.stored()
        assert stored.latest_answer == {choice: "無事です", choices: ["水", "毛布"], number: 3, text: "大丈夫です\n<b>"}
        with transaction(SYSTEM) as tx:
            assert tx.get(Delivery, asked.delivery_id).state is DeliveryState.DELIVERED

    def test_can_be_changed_with_the_form_filled_in(self, browser):
        asked = Asked()
        choice, _choices, number, text = asked.keys
        browser.post(asked.url, data={choice: "無事です", number: "3", text: "\n一行目\n二行目"})
        page = browser.get(asked.url).text
        assert "回答済み" in page
        filled = Form(page).values
        assert (filled[choice], filled[number], filled[text]) == (["無事です"], ["3"], ["一行目\n二行目"])
        browser.post(asked.url, data={**filled, choice: "けがをしました"})
        stored = asked.stored()
        assert (stored.first[choice], stored.latest_answer[choice], stored.answers) == ("無事です", "けがをしました", 2)
        assert stored.latest_answer[text] == "一行目\n二行目"

    def test_what_needs_another_look_is_said_beside_it_and_the_rest_is_kept(self, browser):
        asked = Asked()
        choice, choices, number, text = asked.keys
        page = browser.post(asked.url, data={number: "三人", choices: ["水"], text: "消えないで"})
        assert page.status_code == 422
        assert f'id="q{choice}-error"' in page.text
        assert f'id="q{number}-error"' in page.text
        assert f'href="#q{choice}"' in page.text
        assert Form(page.text).values == {choices: ["水"], number: ["三人"], text: ["消えないで"]}
        assert asked.stored().latest_at is None

    def test_a_message_without_questions_is_confirmed(self, browser):
        asked = Asked(questions=None, body="{reply_url}")
        assert "確認しました" in browser.get(asked.url).text
        browser.post(asked.url, content=b"", headers={"content-type": plain_form.FORM_TYPE})
        assert asked.stored().latest_answer == {}

    def test_an_answer_that_is_not_one_of_the_choices_is_not_taken(self, browser):
        asked = Asked()
        assert browser.post(asked.url, data={asked.keys[0]: "無事ではない"}).status_code == 422
        assert asked.stored().latest_at is None

    def test_keeps_the_language_that_was_chosen(self, browser):
        asked = Asked()
        answer = browser.post(f"{asked.url}?lang=en", data={asked.keys[0]: "無事です"})
        assert answer.headers["location"] == f"{asked.url}/done?lang=en"
        assert "Thank you" in browser.get(answer.headers["location"]).text

    def test_two_phones_at_once_are_both_kept(self, browser):
        asked = Asked()
        choice, text = asked.keys[0], asked.keys[3]
        barrier = Barrier(8)

        def phone(number):
            barrier.wait(timeout=10)
            return browser.post(asked.url, data={choice: "無事です", text: f"電話{number}"}).status_code

        with ThreadPoolExecutor(8) as pool:
            codes = list(pool.map(phone, range(8)))
        stored = asked.stored()
        assert (codes, stored.answers) == ([303] * 8, 8)
        assert stored.first[text] != stored.latest_answer[text]
        assert {stored.first[text], stored.latest_answer[text]} <= {f"電話{number}" for number in range(8)}


class TestNotAnswering:
    @pytest.mark.parametrize("token", ["x", "1-aaaa", "a" * 300, "%00", "..%2f..", "１-あ"])
    def test_a_wrong_token_gets_a_sentence(self, browser, token):
        Asked()
        for page in (
            browser.get(f"/r/{token}"),
            browser.post(f"/r/{token}", data={"1": "x"}),
            browser.get(f"/r/{token}/done"),
        ):
            assert page.status_code == 404
            assert "リンク" in page.text or page.text == "Not Found"

    def test_the_sentence_is_in_the_language_of_the_browser(self, browser):
        assert "complete" in browser.get("/r/x", headers={"accept-language": "en-GB,en;q=0.9"}).text
        assert "complete" in browser.get("/r/x", headers={"accept-language": "pt-BR"}).text
        assert "リンク" in browser.get("/r/x", headers={"accept-language": "ja-JP"}).text
        assert "complete" in browser.get("/r/x?lang=en", headers={"accept-language": "ja"}).text

    def test_the_token_stays_out_of_the_servers_log(self, live):
        token = Asked().token
        scope = {
            "type": "http", "method": "GET", "path": f"/r/{token}", "raw_path": b"", "query_string": b"",
            "headers": [(b"host", b"localhost")], "root_path": "", "scheme": "http",
        }  # fmt: skip
        asyncio.run(opened(scope))
        assert token not in scope["path"]

    def test_a_token_with_one_letter_changed_opens_nothing(self, browser):
        asked = Asked()
        wrong = asked.token[:-1] + ("a" if asked.token[-1] != "a" else "b")
        assert browser.get(f"/r/{wrong}").status_code == 404
        assert browser.get(asked.url).status_code == 200

    def test_a_closed_broadcast_says_so_and_takes_nothing(self, browser):
        asked = Asked()
        with transaction(SYSTEM) as tx:
            close(tx, Which(id=asked.id))
        for page in (browser.get(asked.url), browser.post(asked.url, data={asked.keys[0]: "無事です"})):
            assert page.status_code == 410
            assert "受付は終了しました" in page.text
        assert asked.stored().latest_at is None

    def test_closed_between_opening_and_sending_takes_nothing(self, browser):
        asked = Asked()
        browser.get(asked.url)
        with transaction(SYSTEM) as tx:
            close(tx, Which(id=asked.id))
        assert browser.post(asked.url, data={asked.keys[0]: "無事です"}).status_code == 410

    def test_an_old_broadcast_says_so(self, browser):
        asked = Asked()
        with clock.frozen(clock.now() + ANSWERABLE_FOR):
            assert browser.get(asked.url).status_code == 410

    def test_what_was_answered_can_still_be_read_when_it_is_closed(self, browser):
        asked = Asked()
        browser.post(asked.url, data={asked.keys[0]: "無事です"})
        with transaction(SYSTEM) as tx:
            close(tx, Which(id=asked.id))
        page = browser.get(f"{asked.url}/done").text
        assert "無事です" in page
        assert "回答を変更する" not in page

    def test_the_thank_you_page_before_any_answer_leads_to_the_form(self, browser):
        asked = Asked()
        page = browser.get(f"{asked.url}/done")
        assert (page.status_code, page.headers["location"]) == (303, asked.url)


class TestFloods:
    def test_a_body_that_is_too_large_is_not_read(self, browser):
        asked = Asked()
        page = browser.post(asked.url, data={asked.keys[3]: "a" * (plain_form.LARGEST_BODY + 1)})
        assert page.status_code == 413
        assert asked.stored().latest_at is None

    def test_a_body_that_does_not_say_its_length_is_refused(self, browser):
        asked = Asked()
        endless = (b"a=b&" for _piece in range(1000))
        page = browser.post(asked.url, content=endless, headers={"content-type": plain_form.FORM_TYPE})
        assert page.status_code == 413

    def test_thousands_of_fields_are_refused(self, browser):
        body = "&".join(f"{number}=1" for number in range(replies.MOST_FIELDS + 1))
        page = browser.post(Asked().url, content=body, headers={"content-type": plain_form.FORM_TYPE})
        assert page.status_code == 400

    @pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", ""])
    def test_what_is_no_form_is_refused(self, browser, kind):
        asked = Asked()
        assert browser.post(asked.url, content=b"{}", headers={"content-type": kind}).status_code == 415

    def test_bytes_that_are_no_text_are_taken_or_refused_in_words(self, browser):
        asked = Asked()
        body = f"{asked.keys[3]}=".encode() + b"%ff%00%ed%a0%80" + b"\xff\xfe"
        page = browser.post(asked.url, content=body, headers={"content-type": plain_form.FORM_TYPE})
        assert page.status_code == 422

    def test_one_link_cannot_be_used_without_end(self, browser, monkeypatch):
        monkeypatch.setattr(replies, "posts", Throttle(3, timedelta(minutes=10)))
        asked, other = Asked(), Asked()
        codes = [browser.post(asked.url, data={asked.keys[0]: "無事です"}).status_code for _click in range(5)]
        assert codes == [303, 303, 303, 429, 429]
        before, _, token = asked.url.rpartition("/")
        assert browser.post(f"{before}/{token.upper()}", data={asked.keys[0]: "無事です"}).status_code == 429
        assert browser.post(other.url, data={other.keys[0]: "無事です"}).status_code == 303
        with clock.frozen(clock.now() + timedelta(minutes=11)):
            assert browser.post(asked.url, data={asked.keys[0]: "無事です"}).status_code == 303

    def test_when_the_database_is_away_it_says_so(self, browser, live, monkeypatch):
        asked = Asked()

        def away(*_arguments):
            raise ConnectionError("away")

        monkeypatch.setattr(desk, "find_all_asked", away)
        with capture_logs() as lines:
            pages = [browser.get(asked.url), browser.post(asked.url, data={asked.keys[0]: "無事です"})]
        (fault,) = [line for line in lines if line["log_level"] == "error"]
        for page in pages:
            assert page.status_code == 503
            assert "1分ほど待って" in page.text
            assert fault["fault_id"] in page.text

    def test_many_wrong_links_from_one_place_are_put_off_and_right_ones_never(self, browser, monkeypatch):
        monkeypatch.setattr(replies, "misses", Throttle(3, timedelta(minutes=10)))
        asked = Asked()
        codes = [browser.get(f"/r/{number}-{'0' * 32}").status_code for number in range(5)]
        assert codes == [404, 404, 404, 429, 429]
        assert browser.get(asked.url).status_code == 200
        assert browser.post(asked.url, data={asked.keys[0]: "無事です"}).status_code == 303
        with clock.frozen(clock.now() + timedelta(minutes=11)):
            assert browser.get("/r/x").status_code == 404

    def test_when_too_many_wait_they_are_told_to_come_back(self, no_room, browser):
        asked = Asked()
        for page in (browser.get(asked.url), browser.post(asked.url, data={asked.keys[0]: "無事です"})):
            assert (page.status_code, page.headers["retry-after"]) == (503, str(replies.RETRY_SECONDS))
            assert "回答が集中しています" in page.text
        assert asked.stored().latest_at is None


class TestForms:
    def test_forms_are_written_once_and_each_has_its_own_name_and_link(self, browser):
        with transaction(SYSTEM) as tx:
            people = [make_person(tx, "山田", f"<{number}&", mail=f"y{number}@example.jp") for number in range(2)]
            form = edit_form(tx, EditForm(name="共通", questions=QUESTIONS))
            if tx.get(Organisation, 1) is None:
                tx.add(Organisation(id=1, name="見本株式会社", sample=True, created_at=tx.now))
            row = sent(tx, form_id=form.id, audience={"people": [one.id for one in people]})
            ids = {
                one.id: tx.scalar(select(Delivery.id).where(Delivery.person_id == one.id)) for one in people
            }  # fmt: skip
        for number, person in enumerate(people):
            token = delivery.sign(ids[person.id])
            text = browser.get(f"/r/{token}").text
            assert f"山田 &lt;{number}&amp;" in text
            assert text.count(token) == 2, "where the form is sent, and the other language"
            assert reply_pages.NAME not in text
            assert reply_pages.TOKEN not in text
        assert row.id


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=8))
def test_a_form_is_read_as_the_standard_library_reads_it(fields):
    body = urlencode(fields).encode()
    assert plain_form.fields_of(body) == parse_qs(body.decode(), keep_blank_values=True)


class TestThrottle:
    def test_forgets_those_who_were_quiet_longest(self, monkeypatch):
        monkeypatch.setattr("pages.public.throttle.MOST_KEYS", 2)
        brake = Throttle(1, timedelta(minutes=1))
        assert [brake.allows(key) for key in "aabca"] == [True, False, True, True, True]


async def opened(scope):
    """Open an address without a server."""
    await app(scope, _nothing, _nowhere)
    await desk.close()


async def _nothing():
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_message):
    return None


def test_the_sample_forms_can_be_answered(browser):
    with transaction(SYSTEM) as tx:
        seed_samples(tx)
        samples = forms(tx, Nothing())
    for form in samples:
        asked = Asked(questions=[question.model_dump(exclude={"id"}) for question in form.questions])
        typed = Form(browser.get(asked.url).text).values
        for key, question in zip(asked.keys, form.questions, strict=True):
            if question.required:
                typed[key] = [question.options[0] if question.options else "1"]
        assert browser.post(asked.url, data=typed).status_code == 303
