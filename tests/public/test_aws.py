"""Notices of AWS over HTTP: what AWS signed lately for our topic is taken once, and nothing else (受信確認)."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from starlette.testclient import TestClient

from core.actor import Actor
from core.clock import frozen, now
from core.database import transaction
from data.models.channels import SmsSender
from data.models.delivery import Channel, Delivery, DeliveryState, MailSender
from data.models.people import ContactPoint, ContactState
from data.models.receipts import TakenNotice
from pages.public import aws
from pages.public.app import app
from pages.public.throttle import Throttle
from services.delivery import tokens
from services.delivery.providers.ses import TAGGED
from services.delivery.providers.sns_notice import CERTIFICATES, CONFIRMATIONS, MOST_FETCHES, NoticeKind
from tests.aws_notices import TOPIC, sns
from tests.services.delivery.stage import make_crowd, open_one, use_smtp

SYSTEM = Actor.system("test")


@pytest.fixture
def service(monkeypatch):
    """SNS on loopback."""
    with sns(monkeypatch) as service:
        yield service


@pytest.fixture
def browser(live, monkeypatch):
    """Whoever posts; each test has its own brake."""
    monkeypatch.setattr(aws, "wrong", Throttle(30, timedelta(minutes=1)))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def delivery_id(browser) -> int:
    """A delivery that SES took, and the topic in the settings."""
    with transaction(SYSTEM) as tx:
        use_smtp(tx, 25)
        tx.execute(update(MailSender).values(ses_topic_arn=TOPIC))
        make_crowd(tx, 1)
        open_one(tx)
        tx.execute(update(Delivery).values(state=DeliveryState.ACCEPTED))
        return tx.scalar(select(Delivery.id))


def post(browser, body: bytes) -> int:
    """Be SNS."""
    return browser.post("/aws/notices", content=body, headers={"content-type": "text/plain"}).status_code


def event(kind: str, delivery_id: int, **about: object) -> dict:
    """Return an event as a configuration set of SES tells it."""
    mail = {"messageId": "m1", "destination": ["p1@example.jp"],
            "tags": {"renraku": [tokens.sign(delivery_id, TAGGED)], "ses:configuration-set": ["renraku"]}}  # fmt: skip
    return {"eventType": kind, "mail": mail, kind.lower(): about}


def bounce(kind: str, sub_type: str, code: str) -> dict:
    recipient = {"emailAddress": "p1@example.jp", "action": "failed", "status": "5.1.1", "diagnosticCode": code}
    return {"bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": [recipient]}


def standing() -> tuple[DeliveryState, bool | None, str | None, ContactState]:
    with transaction(SYSTEM) as tx:
        return tuple(tx.execute(
            select(Delivery.state, Delivery.permanent, Delivery.reason, ContactPoint.state)
            .join(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
        ).one())  # fmt: skip


def taken() -> list[str]:
    with transaction(SYSTEM) as tx:
        return list(tx.execute(select(TakenNotice.id)).scalars())


class TestMail:
    @pytest.mark.parametrize("version", ["1", "2"])
    def test_that_a_mail_arrived(self, browser, service, delivery_id, version):
        assert post(browser, service.notice(event("Delivery", delivery_id), version=version)) == 200
        assert standing() == (DeliveryState.DELIVERED, None, None, ContactState.WORKS)

    @pytest.mark.parametrize(
        ("kind", "came_to"),
        [
            ("Permanent/General", (True, ContactState.DEAD)),
            ("Permanent/OnAccountSuppressionList", (True, ContactState.DEAD)),
            ("Permanent/ContentRejected", (True, ContactState.UNTRIED)),
            ("Transient/MailboxFull", (False, ContactState.UNTRIED)),
            ("Undetermined/Undetermined", (False, ContactState.UNTRIED)),
        ],
    )
    def test_that_it_came_back(self, browser, service, delivery_id, kind, came_to):
        said = event("Bounce", delivery_id, **bounce(*kind.split("/"), "smtp; 550 5.1.1 user unknown"))
        assert post(browser, service.notice(said)) == 200
        found = standing()
        assert (found[0], found[2]) == (DeliveryState.FAILED, "550 5.1.1 user unknown")
        assert (found[1], found[3]) == came_to

    def test_that_it_was_reported_as_spam(self, browser, service, delivery_id):
        assert post(browser, service.notice(event("Complaint", delivery_id, complaintFeedbackType="abuse"))) == 200
        assert standing()[::3] == (DeliveryState.DELIVERED, ContactState.DEAD)

    def test_comes_twice_and_is_taken_once(self, browser, service, delivery_id):
        said = service.notice(event("Bounce", delivery_id, **bounce("Permanent", "General", "550 5.1.1")))
        assert post(browser, said) == 200
        with transaction(SYSTEM) as tx:
            tx.execute(update(ContactPoint).values(state=ContactState.UNTRIED, reason=None))
        assert post(browser, said) == 200
        assert standing()[3] is ContactState.UNTRIED, "what a person took back stays so"
        assert taken() == ["n1"]

    def test_says_nothing_of_what_we_did_not_tag(self, browser, service, delivery_id):
        said = event("Bounce", delivery_id, **bounce("Permanent", "General", ""))
        for tags in ({}, {"renraku": []}, {"renraku": [tokens.sign(delivery_id)]}, None, {"renraku": "x"}, []):
            said["mail"]["tags"] = tags
            assert post(browser, service.notice(said)) == 200
        assert standing()[0] is DeliveryState.ACCEPTED

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(said=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                             lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                                 st.sampled_from(["mail", "tags", "renraku", "eventType", "bounce", "notification",
                                                  "delivery", "messageId", "status"]), inner, max_size=5),
                             max_leaves=12))  # fmt: skip
    def test_any_message_is_survived(self, browser, service, delivery_id, said):
        assert post(browser, service.notice(json.dumps(said))) == 200


class TestSms:
    @pytest.mark.parametrize(
        ("said", "came_to"),
        [
            ({"eventType": "TEXT_DELIVERED", "messageId": "s1"}, (DeliveryState.DELIVERED, None, ContactState.WORKS)),
            ({"eventType": "TEXT_SUCCESSFUL", "messageId": "s1"}, (DeliveryState.ACCEPTED, None, ContactState.UNTRIED)),
            ({"eventType": "TEXT_INVALID", "messageId": "s1"}, (DeliveryState.FAILED, True, ContactState.DEAD)),
            ({"eventType": "TEXT_CARRIER_UNREACHABLE", "messageId": "s1"}, (DeliveryState.FAILED, False,
             ContactState.UNTRIED)),
            ({"notification": {"messageId": "s1"}, "status": "SUCCESS",
              "delivery": {"providerResponse": "Message has been accepted by phone"}},
             (DeliveryState.DELIVERED, None, ContactState.WORKS)),
            ({"notification": {"messageId": "s1"}, "status": "SUCCESS",
              "delivery": {"providerResponse": "Message has been accepted by phone carrier"}},
             (DeliveryState.ACCEPTED, None, ContactState.UNTRIED)),
            ({"notification": {"messageId": "s1"}, "status": "FAILURE",
              "delivery": {"providerResponse": "Invalid phone number"}},
             (DeliveryState.FAILED, True, ContactState.DEAD)),
            ({"notification": {"messageId": "s1"}, "status": "FAILURE",
              "delivery": {"providerResponse": "Phone is currently unreachable/unavailable"}},
             (DeliveryState.FAILED, False, ContactState.UNTRIED)),
        ],
    )  # fmt: skip
    def test_both_ways_in_which_aws_tells(self, browser, service, delivery_id, said, came_to):
        with transaction(SYSTEM) as tx:
            tx.execute(update(MailSender).values(ses_topic_arn=""))
            tx.add(SmsSender(id=1, topic_arn=TOPIC))
            tx.execute(update(Delivery).values(channel=Channel.SMS, sms_ref="s1"))
        assert post(browser, service.notice(said)) == 200
        found = standing()
        assert (found[0], found[1], found[3]) == came_to


class TestSubscription:
    def test_is_confirmed_for_our_topic_only(self, browser, service, delivery_id):
        asks = [one.path for one in service.sink.got]
        assert post(browser, service.notice("You have chosen", kind=NoticeKind.SUBSCRIPTION)) == 200
        assert "/?Action=ConfirmSubscription&Token=t1" in [one.path for one in service.sink.got]
        other = service.notice("x", kind=NoticeKind.SUBSCRIPTION, TopicArn=f"{TOPIC}-other")
        count = len(service.sink.got)
        assert post(browser, other) == 404
        assert (len(service.sink.got), asks) == (count, [])

    def test_leads_nowhere_else(self, browser, service, delivery_id):
        said = service.notice("x", kind=NoticeKind.SUBSCRIPTION, SubscribeURL=f"{service.place}/admin?delete=all")
        assert post(browser, said) == 403
        assert not [one for one in service.sink.got if one.path.startswith("/admin")]


class TestRefused:
    def test_what_aws_did_not_sign_never_reaches_the_database(self, browser, service, delivery_id, monkeypatch):
        monkeypatch.setattr(aws, "transaction", None)
        good = json.loads(service.notice(event("Delivery", delivery_id)))
        for name in ("Message", "MessageId", "TopicArn", "Timestamp", "Type"):
            wrong = dict(good)
            wrong[name] = {"Timestamp": now().isoformat(), "Type": "SubscriptionConfirmation"}.get(name, "other")
            assert post(browser, json.dumps(wrong).encode()) == 403, name
        for wrong in (b"", b"[]", b"{}", b"\xff", b"[" * 5_000, json.dumps({**good, "SignatureVersion": "3"}).encode(),
                      json.dumps({**good, "Signature": "!"}).encode()):  # fmt: skip
            assert post(browser, wrong) == 403

    def test_what_is_old_or_of_tomorrow(self, browser, service, delivery_id):
        for at in (now() - timedelta(hours=2), now() + timedelta(hours=1)):
            assert post(browser, service.notice(event("Delivery", delivery_id), at=at)) == 403
        assert standing()[0] is DeliveryState.ACCEPTED

    def test_what_is_of_another_topic(self, browser, service, delivery_id):
        assert post(browser, service.notice(event("Delivery", delivery_id), TopicArn=f"{TOPIC}2")) == 404
        assert taken() == []

    def test_a_certificate_that_lies_elsewhere(self, browser, service, delivery_id):
        for url in ("https://example.jp/SimpleNotificationService-0123456789abcdef.pem", f"{service.place}/x.pem", "x"):
            assert post(browser, service.notice("x", SigningCertURL=url)) == 403
        assert not service.sink.got

    def test_a_flood_of_certificates_is_not_fetched(self, browser, service, delivery_id):
        for number in range(MOST_FETCHES + 5):
            url = f"{service.place}/SimpleNotificationService-{number:016}.pem"
            answer = post(browser, service.notice("x", SigningCertURL=url, TopicArn="other"))
            assert answer == (404 if number < MOST_FETCHES else 503)
        assert len(service.sink.got) == MOST_FETCHES

    def test_whoever_sends_many_wrong_ones_is_not_listened_to(self, browser, service, delivery_id):
        answers = [post(browser, b"{}") for _ in range(35)]
        assert answers == [403] * 30 + [429] * 5
        with frozen(now() + timedelta(minutes=2)):
            assert post(browser, service.notice(event("Delivery", delivery_id))) == 200

    def test_what_is_too_large(self, browser, delivery_id):
        assert post(browser, b"x" * 300_000) == 413

    def test_certificates_are_fetched_from_aws_alone(self):
        good = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
        assert CERTIFICATES.fullmatch(good)
        assert CONFIRMATIONS.fullmatch("https://sns.ap-northeast-1.amazonaws.com/?Action=ConfirmSubscription&Token=1")
        elsewhere = (("https", "http"), ("amazonaws.com/", "amazonaws.com.example.jp/"),
                     ("sns.", "evil.example.jp/sns."), ("sns.ap", "sns@ap"), (".pem", ".pem?x"))  # fmt: skip
        for wrong in (good.replace(*pair) for pair in elsewhere):
            assert not CERTIFICATES.fullmatch(wrong), wrong
