"""Later telegrams of an earthquake ask only those newly included; one broadcast for each earthquake and rule."""

import re

import pytest
from sqlalchemy import func, select

from core.inputs import Nothing
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Delivery, Mailing, MailingState
from data.models.safety import Verdict
from services import broadcasts
from services.safety import EditRule, TakeTelegram, decisions, edit_rule, rules, take_telegram
from tests.services.safety.conftest import asked, only, opened, people_of, sample, take

FIRST, DETAIL, RAISED, CORRECTION = (
    "a1_VXSE51_first.xml", "a3_VXSE53_detail.xml", "a4_VXSE53_raised.xml", "a5_VXSE53_correction.xml",
)  # fmt: skip
EVENT = "20310514091203"
AREAS = ["350", "341", "360", "331", "351", "301"]


def mailed(tx, broadcast_id):
    """Return how many mails each round of a broadcast has."""
    counted = select(func.count(Delivery.id)).join(Mailing, Mailing.id == Delivery.mailing_id)
    counted = counted.where(Mailing.broadcast_id == broadcast_id)
    return list(tx.execute(counted.group_by(Mailing.round).order_by(Mailing.round)).scalars())


class TestOneEarthquake:
    """From the first report to the last correction, as our own samples tell it."""

    def test_D07_each_telegram_asks_whom_it_adds(self, tx, rule):
        made = rule("5-")
        people_of(tx, AREAS)
        decided = [only(take(tx, name)) for name in (FIRST, DETAIL, RAISED, CORRECTION)]
        assert [decision.message for decision in decided] == [
            decisions.OPENED, decisions.EXTENDED, decisions.EXTENDED, decisions.ALL_ASKED,
        ]  # fmt: skip
        assert [decision.verdict for decision in decided] == ["opened", "extended", "extended", "silent"]
        (broadcast_id,) = {decision.broadcast_id for decision in decided}
        assert opened(tx) == [(EVENT, made.id, broadcast_id)]
        assert asked(tx, broadcast_id) == {"350", "341", "360", "331", "351"}
        assert mailed(tx, broadcast_id) == [3, 1, 1]
        assert tx.get(Broadcast, broadcast_id).asked == 5

    def test_two_rules_have_a_broadcast_each(self, tx, rule):
        rule("5-"), rule("6-")
        people_of(tx, AREAS)
        for name in (FIRST, DETAIL, RAISED):
            take(tx, name)
        (_event, _rule, five), (_event, _rule, six) = opened(tx)
        assert asked(tx, five) == {"350", "341", "360", "331", "351"}
        assert asked(tx, six) == {"350", "331"}
        assert mailed(tx, six) == [1, 1]

    def test_what_stays_silent_at_first_may_open_later(self, tx, rule):
        rule("5-")
        people_of(tx, ["331"])
        assert only(take(tx, FIRST)).message == decisions.NOBODY
        assert only(take(tx, DETAIL)).message == decisions.OPENED

    def test_a_rule_switched_on_between_opens_by_the_next_telegram(self, tx, rule):
        people_of(tx, AREAS)
        take(tx, FIRST)
        rule("5-")
        assert only(take(tx, DETAIL)).verdict is Verdict.OPENED

    def test_a_rule_switched_off_between_asks_nobody_else(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        take(tx, FIRST)
        (row,) = rules(tx, Nothing())
        edit_rule(tx, EditRule(**{name: getattr(row, name) for name in EditRule.model_fields} | {"enabled": False}))
        assert only(take(tx, DETAIL)).message == decisions.NO_RULE

    def test_other_telegrams_of_the_same_earthquake_change_nothing(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        take(tx, FIRST)
        for name in ("a2_VXSE52_hypocentre.xml", "a6_VXSE62_long_period.xml", "a7_VXSE61_hypocentre_update.xml",
                     "e2_VXSE43_early_warning.xml"):  # fmt: skip
            assert take(tx, name).verdict is Verdict.SILENT
        assert len(opened(tx)) == 1

    def test_a_drill_never_touches_a_real_broadcast(self, tx, rule):
        rule("5-")
        people_of(tx, [*AREAS, "520"])
        broadcast_id = only(take(tx, FIRST)).broadcast_id
        drill = sample(DETAIL).replace("通常".encode(), "訓練".encode())
        assert only(take_telegram(tx, TakeTelegram(content=drill))).verdict is Verdict.SILENT
        assert mailed(tx, broadcast_id) == [3]


class TestAPersonsHand:
    """Somebody stopped or closed the broadcast in between."""

    @pytest.fixture
    def broadcast_id(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        return only(take(tx, FIRST)).broadcast_id

    def test_stopped_the_new_ones_wait_for_that_person(self, tx, broadcast_id):
        broadcasts.stop(tx, broadcasts.Which(id=broadcast_id))
        decision = only(take(tx, DETAIL))
        assert (decision.message, decision.values["people"]) == (decisions.HELD, 1)
        assert set(tx.execute(select(Mailing.state)).scalars()) == {MailingState.STOPPED}
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.STOPPED

    def test_closed_nobody_else_is_asked_and_that_is_said_with_the_number(self, tx, broadcast_id):
        broadcasts.close(tx, broadcasts.Which(id=broadcast_id))
        decision = only(take(tx, DETAIL))
        assert (decision.message, decision.values["people"]) == (decisions.CLOSED, 1)
        assert asked(tx, broadcast_id) == {"350", "341", "360"}

    def test_closed_with_nobody_new_is_no_reason_to_worry(self, tx, broadcast_id):
        broadcasts.close(tx, broadcasts.Which(id=broadcast_id))
        again = sample(FIRST).replace(b"09:13:", b"09:14:")
        assert only(take_telegram(tx, TakeTelegram(content=again + b"\n"))).message == decisions.ALL_ASKED


class TestSeveralEarthquakes:
    """A telegram that JMA gives several event ids."""

    TOGETHER = "f2_VXSE53_two_events.xml"
    ONE, OTHER = "20311108032011", "20311108032130"

    @staticmethod
    def alone(event_id: str, area: str) -> bytes:
        """Return a report of one of the two earthquakes in one area."""
        text = sample(TestSeveralEarthquakes.TOGETHER).decode()
        text = re.sub(r"<EventID>.*</EventID>", f"<EventID>{event_id}</EventID>", text)
        return text.replace("<Code>443</Code>", f"<Code>{area}</Code>").encode()

    def test_reported_together_they_share_one_broadcast(self, tx, rule):
        made = rule("5-")
        people_of(tx, ["443"])
        broadcast_id = only(take(tx, self.TOGETHER)).broadcast_id
        assert opened(tx) == [(self.ONE, made.id, broadcast_id), (self.OTHER, made.id, broadcast_id)]
        assert mailed(tx, broadcast_id) == [1]

    @pytest.mark.parametrize("event_id", [ONE, OTHER])
    def test_a_later_report_of_one_of_them_extends_the_shared_one(self, tx, rule, event_id):
        rule("5-")
        people_of(tx, ["443", "442"])
        together = only(take(tx, self.TOGETHER))
        later = only(take_telegram(tx, TakeTelegram(content=self.alone(event_id, "442"))))
        assert (later.broadcast_id, later.message) == (together.broadcast_id, decisions.EXTENDED)

    def test_apart_at_first_and_then_together_nobody_is_asked_again(self, tx, rule):
        rule("5-")
        people_of(tx, ["443", "442"])
        one = only(take_telegram(tx, TakeTelegram(content=self.alone(self.ONE, "443"))))
        other = only(take_telegram(tx, TakeTelegram(content=self.alone(self.OTHER, "442"))))
        assert one.broadcast_id != other.broadcast_id
        assert only(take(tx, self.TOGETHER)).message == decisions.ALL_ASKED
        assert (mailed(tx, one.broadcast_id), mailed(tx, other.broadcast_id)) == ([1], [1])


class TestTheOrder:
    """A report that was corrected before it came in."""

    def test_a_report_overtaken_by_its_correction_starts_nothing(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        broadcast_id = only(take(tx, CORRECTION)).broadcast_id
        assert only(take(tx, RAISED)).message == decisions.OVERTAKEN
        assert "351" not in asked(tx, broadcast_id)

    def test_the_first_report_is_not_overtaken_by_a_correction_of_the_detail(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        take(tx, CORRECTION)
        assert only(take(tx, FIRST)).message == decisions.ALL_ASKED
