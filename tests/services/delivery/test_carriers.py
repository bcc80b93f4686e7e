"""One contract for all who carry messages, then what is particular to SES, SMS, LINE and the app."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.i18n import using_language
from services.delivery import tokens
from services.delivery.letters import Skeleton
from services.delivery.providers import Outcome, ProviderDown
from services.delivery.providers.aws import MAYBE_SENT, AwsKey
from services.delivery.providers.line_messages import TAP, LineNotes, reply, tapped_mailing
from services.delivery.providers.ses import TAGGED, SesAccess, SesProvider
from services.delivery.providers.several import several
from services.delivery.providers.short import GONE
from tests.services.delivery.carried import CARRIERS, FALLS, MAILING, OFFICE, Rig, line, mail, note, ses


@pytest.fixture(params=list(CARRIERS))
def rig(request, loopback) -> Iterator[Rig]:
    """A carrier with its other side."""
    with CARRIERS[request.param]() as made:
        made.name = request.param
        yield made


class TestContract:
    def test_one_outcome_for_each_message(self, rig):
        outcomes = rig.send(*["ok"] * 7)
        assert [(one.mail_id, one.accepted, one.word) for one in outcomes] == [(n, True, None) for n in range(1, 8)]
        assert all(one.reference for one in outcomes)
        assert len(rig.took) == 7

    def test_nothing_is_nothing(self, rig):
        assert (rig.send(), rig.took) == ([], [])

    def test_a_refused_one_fails_alone(self, rig):
        for kind in rig.refuses:
            rig.took.clear()
            outcomes = rig.send("ok", "ok", kind, "ok", first=1 + 10 * rig.refuses.index(kind))
            assert [one.accepted for one in outcomes] == [True, True, False, True], kind
            assert outcomes[2].permanent is (kind != "later")
            assert outcomes[2].word
            assert len(rig.took) == 3

    def test_who_is_down_loses_nothing_and_goes_on(self, rig):
        if rig.name not in FALLS:
            pytest.skip("each phone and each local box stands for itself")
        rig.down = True
        with pytest.raises(ProviderDown) as down:
            rig.send("ok", "ok")
        assert down.value.word
        rig.down = False
        rig.carrier.close()
        assert [one.accepted for one in rig.send("ok", "ok")] == [True, True]
        assert len(rig.took) == 2

    def test_what_comes_again_has_the_same_key(self, rig):
        assert rig.message(1, "ok").key == rig.message(1, "ok").key != rig.message(2, "ok").key
        for _time in range(2):
            assert [one.accepted for one in rig.send("ok", "ok", "ok")] == [True] * 3
        assert len(rig.took) == (3 if rig.keyed else 6)

    def test_can_be_used_after_it_was_closed(self, rig):
        rig.send("ok")
        rig.carrier.close()
        rig.carrier.close()
        assert rig.send("ok", first=2)[0].accepted

    def test_says_what_it_takes(self, rig):
        assert rig.carrier.limits.batch > 0
        assert rig.carrier.limits.per_second > 0
        assert rig.keyed or not rig.carrier.limits.keyed


class TestSes:
    """Amazon SES, API v2."""

    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        with ses() as made:
            yield made

    def test_a_mail_says_what_it_would_say_by_smtp(self, rig):
        rig.send("ok")
        said = json.loads(rig.sink.got[0].body)
        assert said["FromEmailAddress"] == "=?utf-8?B?6KaL5pys5LqL5YuZ5bGA?= <office@example.jp>"
        assert (said["ReplyToAddresses"], said["ConfigurationSetName"]) == (["reply@example.jp"], "renraku")
        template = said["DefaultContent"]["Template"]
        assert template["TemplateContent"] == {"Subject": "{{subject}}", "Text": "{{text}}"}
        assert template["Headers"] == [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
        (entry,) = said["BulkEmailEntries"]
        assert entry["Destination"]["ToAddresses"] == ["=?utf-8?B?6KaL5pysIDE=?= <ok1@example.jp>"]
        filled = json.loads(entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"])
        assert filled == {"subject": mail(1, "ok").subject, "text": mail(1, "ok").text}
        (tag,) = entry["ReplacementTags"]
        assert (tag["Name"], tokens.verify(tag["Value"], TAGGED)) == ("renraku", 1)

    def test_of_a_letter_beside_the_ledger_nobody_tells(self, rig):
        letter = Skeleton(OFFICE, "s", "b", {}).letter(1, "<m@x>", "ok1@example.jp", "", {})
        assert next(rig.carrier.send([letter])).accepted
        assert "ReplacementTags" not in json.loads(rig.sink.got[0].body)["BulkEmailEntries"][0]

    def test_fifty_a_call(self, rig):
        assert len(rig.send(*["ok"] * 120)) == 120
        assert [len(json.loads(one.body)["BulkEmailEntries"]) for one in rig.sink.got] == [50, 50, 20]

    def test_what_the_account_may_not_stops_it_after_what_was_taken(self, rig):
        for kind in ("quota", "sender"):
            rig.took.clear()
            sending = rig.carrier.send([mail(1, "ok"), mail(2, kind), mail(3, "ok")])
            assert [next(sending).mail_id, next(sending).mail_id] == [1, 3]
            with pytest.raises(ProviderDown):
                next(sending)
            assert len(rig.took) == 2

    def test_a_text_that_is_too_long_fails_alone(self, rig):
        long = Skeleton(OFFICE, "s", "長" * 300_000, {}).letter(2, "<m@x>", "ok2@example.jp", "", {})
        outcomes = {one.mail_id: one for one in rig.carrier.send([mail(1, "ok"), long])}
        assert (outcomes[1].accepted, outcomes[2].permanent) == (True, True)

    def test_no_answer_may_have_been_a_yes(self, rig, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{silent.getsockname()[1]}")
            quick = SesProvider(SesAccess(AwsKey("ap-northeast-1", "A", "s")), OFFICE, read_seconds=0.2)
            assert list(quick.send([mail(1, "ok")])) == [Outcome(1, accepted=False, word=MAYBE_SENT, maybe=True)]

    def test_nobody_there_and_no_region_mean_the_account(self, rig, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1")
        for region in ("ap-northeast-1", ""):
            with pytest.raises(ProviderDown):
                list(SesProvider(SesAccess(AwsKey(region, "A", "s")), OFFICE).send([mail(1, "ok")]))


class TestLine:
    """LINE's multicast and push."""

    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        with line() as made:
            yield made

    def asked(self, rig) -> list[tuple[str, object]]:
        return [(one.path.rpartition("/")[2], json.loads(one.body)) for one in rig.sink.got]

    def test_one_call_for_five_hundred_with_a_button(self, rig):
        assert len(rig.send(*["U"] * 501)) == 501
        (first, body), (second, alone) = self.asked(rig)
        assert (first, len(body["to"]), second) == ("multicast", 500, "push")
        (message,) = body["messages"]
        (button,) = message["template"]["actions"]
        assert (message["altText"], message["template"]["text"]) == ("訓練です", "訓練です")
        assert (button["type"], button["label"], button["displayText"]) == ("postback", "回答する", "回答する")
        assert tapped_mailing(button["data"]) == MAILING
        assert alone["messages"][0]["template"]["actions"][0]["uri"] == "http://localhost/r/501"

    def test_who_reads_another_language_gets_another_call(self, rig):
        notes = [note(n, "U", language=language) for n, language in enumerate(["ja", "en", "ja", "en"], 1)]
        list(rig.carrier.send(notes))
        labels = {body["messages"][0]["template"]["actions"][0]["label"]: body["to"] for _, body in self.asked(rig)}
        assert labels == {"Answer now": ["U2", "U4"], "回答する": ["U1", "U3"]}

    def test_personal_texts_are_pushed_with_their_link(self):
        with line(personal=True) as rig:
            rig.send("U", "U")
            assert [(kind, body["to"], body["messages"][0]["template"]["actions"][0]["uri"])
                    for kind, body in self.asked(rig)] == [
                ("push", "U1", "http://localhost/r/1"), ("push", "U2", "http://localhost/r/2")]  # fmt: skip
            assert rig.keys == {note(1, "U").key, note(2, "U").key}

    def test_two_people_with_one_line_are_one_recipient(self, rig):
        shared = replace(note(3, "U"), address="U1")
        assert len(list(rig.carrier.send([note(1, "U"), note(2, "U"), shared]))) == 3
        assert rig.took == ["U1", "U2"]

    def test_the_key_of_a_call_stays_while_it_is_for_the_same_people(self, rig):
        rig.down = True
        for _time in range(2):
            with pytest.raises(ProviderDown):
                rig.send("U", "U")
        rig.down = False
        rig.send("U", "U")
        keys = {one.headers["x-line-retry-key"] for one in rig.sink.got}
        assert len(keys) == 1
        rig.send("U", "U", "U")
        assert len({one.headers["x-line-retry-key"] for one in rig.sink.got}) == 2

    def test_no_answer_is_asked_again_and_taken_once(self, rig):
        rig.send("U", "U")  # as if its answer had been lost
        outcomes = rig.send("U", "U")
        assert [(one.accepted, one.reference) for one in outcomes] == [(True, "first")] * 2
        assert rig.took == ["U1", "U2"]

    def test_an_id_that_is_none_is_dead(self, rig):
        outcomes = rig.send("U", "bad", "U", "U", "bad")
        assert [(one.accepted, one.dead) for one in outcomes] == [
            (True, False), (False, True), (True, False), (True, False), (False, True)]  # fmt: skip
        assert sorted(rig.took) == ["U1", "U3", "U4"]

    @pytest.mark.parametrize("code", [401, 403, 429, 500, 503])
    def test_what_concerns_the_account_stops_it(self, rig, code):
        rig.sink.answer = lambda _got: (code, {"content-type": "application/json"}, b'{"message": "no"}')
        with pytest.raises(ProviderDown, match=f"{code} no"):
            rig.send("U", "U")

    def test_an_answer_that_is_no_json_is_survived(self, rig):
        rig.sink.answer = lambda _got: (502, {"content-type": "text/html"}, b"<html>")
        with pytest.raises(ProviderDown):
            rig.send("U")

    def test_nobody_there(self):
        with pytest.raises(ProviderDown):
            list(LineNotes("token", "http://127.0.0.1:1").send([note(1, "U")]))

    def test_a_tap_is_answered_once(self, rig):
        rig.sink.answer = lambda _got: (200, {"content-type": "application/json"}, b"{}")
        reply("token", "r1", "回答はこちら", f"http://127.0.0.1:{rig.sink.port}")
        (asked,) = self.asked(rig)
        assert asked == ("reply", {"replyToken": "r1", "messages": [{"type": "text", "text": "回答はこちら"}]})
        rig.sink.answer = lambda _got: (400, {}, b'{"message": "Invalid reply token"}')
        with pytest.raises(ProviderDown, match="Invalid reply token"):
            reply("token", "r1", "x", f"http://127.0.0.1:{rig.sink.port}")

    def test_no_button_but_ours_names_a_mailing(self):
        assert tapped_mailing(f"answer:{tokens.sign(7, TAP)}") == 7
        for data in (f"answer:{tokens.sign(7)}", tokens.sign(7, TAP), "answer:7", ""):
            assert tapped_mailing(data) is None


class TestApp:
    """Messages to phones."""

    def test_a_phone_that_was_taken_back_meanwhile(self, loopback):
        with CARRIERS["app"]() as rig, using_language("ja"):
            bare = note(1, "ok")
            broken = note(2, "ok", subscription={"endpoint": "http://127.0.0.1:1/", "p256dh": "x", "auth": "x"})
            found = {one.mail_id: one for one in rig.carrier.send([bare, broken, rig.message(3, "ok")])}
        assert (found[1].permanent, found[1].dead, found[1].word) == (True, False, GONE)
        assert (found[2].permanent, found[2].dead) == (True, True)
        assert found[3].accepted


class TestSeveral:
    """Several at once."""

    def test_what_was_handed_over_with_it_is_told_before_the_carrier_is_down(self):
        fallen = threading.Event()

        def carry(number: int) -> Outcome:
            if number == 2:
                fallen.set()
                raise ProviderDown("no more")
            fallen.wait(10)
            return Outcome(number, accepted=True)

        handed: list[int] = []
        batch = (handed.append(n) or n for n in range(1, 100))
        found: list[Outcome] = []
        with pytest.raises(ProviderDown, match="no more"):
            found.extend(several(batch, carry, at_once=3, per_second=1_000))
        told = sorted(one.mail_id for one in found)
        assert told == [one for one in handed if one != 2]
        assert len(handed) < 10, "nothing more is taken than can be handed over"

    def test_no_faster_than_it_likes(self, monkeypatch):
        slept: list[float] = []
        monkeypatch.setattr("services.delivery.providers.several.time.sleep", slept.append)
        monkeypatch.setattr("services.delivery.providers.several.time.monotonic", lambda: 100.0)
        list(several(range(4), lambda n: Outcome(n, accepted=True), at_once=2, per_second=20))
        assert [round(one, 3) for one in slept] == [0.0, 0.05, 0.1, 0.15]
