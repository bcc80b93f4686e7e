"""The pages of SMS, LINE and the app (pages/delivery/sms.py, line.py, app.py, X02)."""

import json

from core import jobs, settings
from core.actor import Actor
from core.database import transaction
from core.inputs import validated
from services.delivery import edit_line, edit_sms
from services.delivery.line_settings import LineFields
from services.delivery.providers import line
from services.delivery.sms_settings import SmsFields
from tests.http_sink import http_sink
from tests.services.delivery.test_channels import LINE, SMS


def system():
    return transaction(Actor.system("test"))


def words(app) -> str:
    kinds = (app.markdown, app.caption, app.info, app.success, app.warning, app.error)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


class TestSms:
    def test_X02_names_what_is_missing_with_a_link_to_each_and_is_switched_on_when_it_is_complete(self, open_page):
        app = open_page("delivery/sms.py")
        assert app.button(key="switch").disabled
        (said,) = [one.value for one in app.warning]
        assert "[AWSリージョン](#field-sms-0-region)" in said
        marks = "".join(str(one.value) for one in app.get("html"))
        assert all(f'id="field-sms-0-{name}"' in marks for name in ("region", "secret_key", "monthly_cap_yen"))
        for name, value in SMS.items():
            app.get_by_key(f"sms-0.0.{name}").set_value(value)
        app.get_by_key("sms-0.0.submit").click().run()
        assert not app.exception
        assert not app.warning
        assert app.get_by_key("sms-1.0.secret_key").value in {"", None}, "a stored secret is never shown"
        app.button(key="switch").click().run()
        assert "SMSはオンです" in words(app)
        app.button(key="switch").click().run()
        assert "SMSをオフにしました" in words(app)

    def test_a_test_is_on_its_way_until_the_worker_has_tried(self, open_page, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:1")
        with system() as tx:
            edit_sms(tx, validated(SmsFields, SMS))
        app = open_page("delivery/sms.py")
        app.get_by_key("test-sms.0.number").set_value("090-1234-5678")
        app.get_by_key("test-sms.0.submit").click().run()
        assert "送信しています" in words(app)
        assert "ワーカーが動いていない" in words(app)
        jobs.run_waiting_jobs()
        assert "AWSに接続できません" in words(app.run())

    def test_who_may_not_is_told(self, open_page, stage):
        assert open_page("delivery/sms.py", stage.manager).warning


class TestLine:
    def test_names_what_is_missing_and_tells_whose_token_it_is(self, open_page, monkeypatch):
        app = open_page("delivery/line.py")
        assert "[ベーシックID](#field-line-0-basic_id)" in words(app)
        with system() as tx:
            edit_line(tx, validated(LineFields, LINE))
        app = open_page("delivery/line.py")
        assert "https://line.me/R/ti/p/%40123abcde" in words(app)
        app.button(key="ask-line").click().run()
        assert "確認しています" in words(app)
        bot = json.dumps({"basicId": "@123abcde", "displayName": "みほん公式"}).encode()
        with http_sink() as sink:
            sink.answer = lambda _got: (200, {}, bot)
            monkeypatch.setattr(line, "ADDRESS", f"http://127.0.0.1:{sink.port}")
            jobs.run_waiting_jobs()
        assert "「みほん公式」（@123abcde）" in words(app.run())

    def test_who_may_not_is_told(self, open_page, stage):
        assert open_page("delivery/line.py", stage.manager).warning


class TestApp:
    def test_X02_is_switched_on_once_the_address_for_push_services_is_there(self, open_page):
        app = open_page("delivery/app.py")
        assert app.button(key="switch").disabled
        assert "[プッシュ配信サービスからの連絡先メールアドレス](#field-app-0-contact)" in words(app)
        app.get_by_key("app-0.0.contact").set_value("somu@example.jp")
        app.get_by_key("app-0.0.submit").click().run()
        assert not app.exception
        app.button(key="switch").click().run()
        assert "アプリはオンです" in words(app)

    def test_says_what_to_do_where_phones_come_without_encryption(self, open_page, monkeypatch):
        monkeypatch.setenv("RENRAKU_PUBLIC_URL", "http://renraku.example.jp")
        settings.settings.cache_clear()
        app = open_page("delivery/app.py")
        said = words(app)
        assert "[https:// で始まるアドレス](#field-app-0-public_url)" in said
        assert "RENRAKU_PUBLIC_URL" in said
        assert any('id="field-app-0-public_url"' in str(one.value) for one in app.get("html"))

    def test_who_may_not_is_told(self, open_page, stage):
        assert open_page("delivery/app.py", stage.manager).warning
