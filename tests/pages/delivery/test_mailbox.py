"""The local mailbox as a page (pages/delivery/mailbox.py)."""

import pytest
from sqlalchemy import select

from core import jobs
from core.actor import Actor
from core.database import transaction
from core.settings import settings
from data.models.delivery import LocalMail
from pages.delivery._letter import with_links
from tests.services.delivery.stage import make_crowd, open_one

PAGE = "delivery/mailbox.py"


def system():
    return transaction(Actor.system("test"))


@pytest.fixture
def sent(live):
    """Three mails that went out."""
    with system() as tx:
        make_crowd(tx, 3)
        open_one(tx)
    jobs.run_waiting_jobs()


class TestList:
    def test_an_empty_one_says_how_mails_come(self, open_page):
        assert "まだメールはありません" in open_page(PAGE).info[0].value

    def test_shows_what_went_out(self, open_page, sent):
        shown = open_page(PAGE).dataframe[0].value
        assert len(shown) == 3
        assert all("【訓練】見本" in one for one in shown["subject"])

    def test_finds_by_recipient(self, open_page, sent):
        shown = open_page(PAGE, recipient="p2@").dataframe[0].value
        assert list(shown["recipient"]) == ["p2@example.jp"]

    def test_is_not_for_managers(self, open_page, stage, sent):
        assert not open_page(PAGE, stage.manager).dataframe


class TestMail:
    def test_shows_the_text_with_a_link_to_click(self, open_page, sent):
        with system() as tx:
            mail_id, body = tx.execute(select(LocalMail.id, LocalMail.body).limit(1)).one()
        app = open_page(PAGE, id=str(mail_id))
        html = "".join(str(one.value) for one in app.get("html"))
        link = body.splitlines()[-1]
        assert link.startswith(f"{settings().base_url}/r/")
        assert f'<a href="{link}" target="_blank">' in html

    def test_one_that_is_gone_is_said(self, open_page):
        assert "このメールはありません" in open_page(PAGE, id="99").error[0].value


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>太字</b> & 'x'", "&lt;b&gt;太字&lt;/b&gt; &amp; &#x27;x&#x27;"),
        ("見て http://a.jp/r/1-ab。", '見て <a href="http://a.jp/r/1-ab" target="_blank">http://a.jp/r/1-ab</a>。'),
        ("（https://a.jp/x）", '（<a href="https://a.jp/x" target="_blank">https://a.jp/x</a>）'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('http://a.jp/"onclick="x', '<a href="http://a.jp/" target="_blank">http://a.jp/</a>&quot;onclick=&quot;x'),
        (
            "http://a.jp/?a=1&b=2",
            '<a href="http://a.jp/?a=1&amp;b=2" target="_blank">http://a.jp/?a=1&amp;b=2</a>',
        ),
    ],
)
def test_only_web_addresses_become_links_and_nothing_becomes_markup(text, html):
    assert with_links(text) == html
