"""The sender's page (pages/delivery/sender.py)."""

from sqlalchemy import select

from core import jobs
from core.actor import Actor
from core.database import transaction
from core.inputs import validated
from data.models.delivery import LocalMail, MailSender, ProviderKind
from data.models.receipts import MailReturn, ReturnsBy
from services.delivery import edit_sender
from services.delivery.sender import SenderFields
from tests.factories import give_reading, make_account, make_person
from tests.services.delivery.stage import use_smtp
from tests.smtp_sink import smtp_sink

PAGE = "delivery/sender.py"
SES = {"name": "事務局", "address": "office@example.jp", "provider": "ses", "ses_region": "ap-northeast-1",
       "ses_access_key_id": "AKIAEXAMPLE", "ses_secret_key": "himitsu"}  # fmt: skip


def system():
    return transaction(Actor.system("test"))


def field(app, label):
    """Return the one field of a label, whatever kind it is."""
    (found,) = [one for kind in (app.text_input, app.selectbox, app.number_input) for one in kind if label in one.label]
    return found


def press(app, label):
    (button,) = [one for one in app.button if one.label == label]
    return button.click().run()


def choose(app, kind):
    """Choose who carries mail; the form asks for what that takes then."""
    return field(app, "送信方法").set_value(list(ProviderKind).index(kind)).run()


def texts(app) -> str:
    return "\n".join(str(one.value) for kind in (app.info, app.success, app.error, app.warning) for one in kind)


class TestSender:
    def test_says_that_nothing_leaves_this_machine_until_a_server_is_set(self, open_page):
        app = open_page(PAGE)
        assert "ローカルメールボックス" in texts(app)
        assert field(app, "送信元アドレス").value == "renraku@example.jp"
        assert "テストメールを送信する" not in [one.label for one in app.button]

    def test_stores_what_was_entered(self, open_page):
        app = choose(open_page(PAGE), ProviderKind.SMTP)
        field(app, "送信者名").set_value("危機管理課")
        field(app, "送信元アドレス").set_value("office@example.jp")
        field(app, "SMTPサーバー").set_value("smtp.example.jp")
        field(app, "パスワード").set_value("secret")
        field(app, "ユーザー名").set_value("me")
        app = press(app, "保存する")
        assert not app.exception
        assert "保存しました" in texts(app)
        with system() as tx:
            row = tx.scalar(select(MailSender))
        assert (row.name, row.address, row.provider, row.smtp_host) == (
            "危機管理課", "office@example.jp", ProviderKind.SMTP, "smtp.example.jp",
        )  # fmt: skip
        assert field(app, "パスワード").value in {"", None}, "a stored password is never shown"

    def test_says_what_is_wrong_and_stores_nothing(self, open_page):
        app = press(choose(open_page(PAGE), ProviderKind.SMTP), "保存する")
        assert any("SMTPサーバーを入力" in str(one.value) for one in app.markdown)
        with system() as tx:
            assert tx.scalar(select(MailSender)) is None

    def test_is_not_for_everybody(self, open_page, stage):
        app = open_page(PAGE, stage.manager)
        assert not app.text_input
        assert texts(app)

    def test_who_may_only_look_sees_facts_and_no_form(self, open_page, stage):
        with system() as tx:
            looker = make_person(tx, "閲覧", "者", stage.branch)
            account = make_account(tx, looker)
            give_reading(tx, account, "delivery.sender")
        app = open_page(PAGE, looker)
        assert not app.text_input
        assert "renraku@example.jp" in "".join(str(one.value) for one in app.get("html"))


class TestTestMail:
    def test_goes_out_and_tells_its_outcome(self, open_page):
        app = press(open_page(PAGE), "保存する")
        field(app, "テストメールの宛先").set_value("me@example.jp")
        app = press(app, "テストメールを送信する")
        assert "me@example.jp へのテストメールを送信しています" in texts(app).replace("\\", "")
        assert "ワーカーが動いていない" in texts(app)
        jobs.run_waiting_jobs()
        app = app.run()
        assert "ローカルメールボックスに入れました" in texts(app)
        with system() as tx:
            assert tx.scalar(select(LocalMail.recipient)) == "me@example.jp"

    def test_shows_the_servers_word_when_it_was_refused(self, open_page, stage):
        with smtp_sink() as sink:
            with system() as tx:
                use_smtp(tx, sink.port)
            app = open_page(PAGE)
            field(app, "テストメールの宛先").set_value("unknown@example.jp")
            app = press(app, "テストメールを送信する")
            jobs.run_waiting_jobs()
        app = app.run()
        assert "宛先のアドレスを確認してください" in "\n".join(str(one.value) for one in app.error)
        assert any("550 5.1.1 User unknown" in one.value for one in app.caption)


class TestSes:
    def test_asks_for_what_ses_takes_keeps_the_rest_and_shows_where_aws_tells(self, open_page):
        with system() as tx:
            use_smtp(tx, 2525)
        app = choose(open_page(PAGE), ProviderKind.SES)
        labels = [one.label for one in app.text_input]
        assert not any("SMTP" in one for one in labels)
        app = app.get_by_key("sender-1-ses.0.submit").click().run()
        assert "AWSリージョン" in words(app), "what is missing is named"
        field(app, "AWSリージョン").set_value("ap-northeast-1")
        field(app, "アクセスキーID").set_value("AKIAEXAMPLE")
        field(app, "シークレットアクセスキー").set_value("himitsu")
        field(app, "SNSトピック").set_value("arn:aws:sns:ap-northeast-1:123456789012:mail")
        app = app.get_by_key("sender-1-ses.0.submit").click().run()
        assert not app.exception
        assert field(app, "シークレットアクセスキー").value in {"", None}
        assert any(one.value.endswith("/aws/notices") for one in app.get("code"))
        with system() as tx:
            row = tx.scalar(select(MailSender))
        assert (row.provider, row.smtp_host, row.smtp_port) == (ProviderKind.SES, "127.0.0.1", 2525)

    def test_says_what_the_word_of_aws_means(self, open_page, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1")
        with system() as tx:
            edit_sender(tx, validated(SenderFields, SES))
        app = open_page(PAGE)
        field(app, "テストメールの宛先").set_value("me@example.jp")
        app = press(app, "テストメールを送信する")
        jobs.run_waiting_jobs()
        assert "AWSに接続できません" in texts(app.run())


class TestReturnedMail:
    def test_is_set_where_a_mail_server_carries_mail(self, open_page):
        assert "返送メール" not in [one.value for one in open_page(PAGE).subheader]
        with system() as tx:
            use_smtp(tx, 2525)
        app = open_page(PAGE)
        assert "返送メール" in [one.value for one in app.subheader]
        app = field(app, "受け取り方").set_value(list(ReturnsBy).index(ReturnsBy.LMTP)).run()
        field(app, "返送先アドレス").set_value("bounce@mail.example.jp")
        app = app.get_by_key("returns-0-lmtp.0.submit").click().run()
        assert "RENRAKU_LMTP" in texts(app)
        app = field(app, "受け取り方").set_value(list(ReturnsBy).index(ReturnsBy.IMAP)).run()
        assert field(app, "返送先アドレス").value == "bounce@mail.example.jp"
        app = app.get_by_key("returns-1-imap.0.submit").click().run()
        assert "IMAPサーバー" in words(app)
        field(app, "IMAPサーバー").set_value("imap.example.jp")
        with system() as tx:
            assert tx.scalar(select(MailReturn.by)) is ReturnsBy.LMTP

    def test_what_went_wrong_is_said(self, open_page):
        with system() as tx:
            use_smtp(tx, 2525)
            tx.add(MailReturn(id=1, by=ReturnsBy.IMAP, address="b@example.jp", imap_host="imap", imap_user="u",
                              imap_password=b"x", read_at=tx.now, trouble="LOGIN failed"))  # fmt: skip
        assert "LOGIN failed" in texts(open_page(PAGE))


def words(app) -> str:
    kinds = (app.markdown, app.caption, app.info, app.success, app.warning, app.error)
    return "\n".join(str(one.value) for kind in kinds for one in kind)
