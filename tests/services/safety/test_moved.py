"""What was there before rules had kinds: rules, earthquakes and what they opened survive the way forward and back."""

from sqlalchemy import select, text

from core.actor import Actor
from core.database import engine_for, transaction
from core.inputs import Nothing
from core.postgres import APP
from data.migrate import migrate
from data.models.changes import ChangeSet
from services.safety import WhichRule, WhyAsk, delete_rule, rules, why
from tests.services.broadcasts.test_totals import go_back_to
from tests.services.changes.stage import undone
from tests.services.safety.conftest import make_rule, opened, people_of, take

FIRST, DETAIL = "a1_VXSE51_first.xml", "a3_VXSE53_detail.xml"


def test_rules_and_what_they_opened_move_to_cases_and_back(live):
    with transaction(Actor.system("test")) as tx:
        people = people_of(tx, ["350", "331", "520"])
        rule = make_rule(tx, "5-")
        gone = make_rule(tx, "7")
        delete_rule(tx, WhichRule(id=gone.id))
        taken = take(tx, FIRST)
        before = opened(tx)
        person_id = people["350"].id
    go_back_to("0038", live.owner_url)
    engine = engine_for(live.owner_url)
    with engine.begin() as owner:
        kept = owner.execute(text("SELECT event_id, rule_id, broadcast_id FROM quake_broadcast")).all()
        assert [tuple(row) for row in kept] == before
        assert owner.scalar(text("SELECT count(*) FROM change WHERE kind = 'quake_rule'")) == 3
        new = "'kind' - 'who' - 'warnings' - 'areas' - 'audience' - 'waits'"
        owner.execute(text(f"UPDATE change SET before = before - {new}, after = after - {new}"))  # as it was kept then
    engine.dispose()
    migrate(live.owner_url, APP)
    with transaction(Actor.system("test")) as tx:
        assert opened(tx) == before
        (row,) = rules(tx, Nothing())
        assert (row.id, row.kind, row.threshold, row.who, row.used) == (rule.id, "earthquake", "5-", "regions", True)
        assert tx.scalar(text("SELECT count(*) FROM change WHERE kind = 'rule'")) == 3
        (reason,) = why(tx, WhyAsk(person_id=person_id, telegram_id=taken.id)).reasons
        assert reason.asked
        undone(tx, tx.scalar(select(ChangeSet).where(ChangeSet.process == "safety.delete_rule")))
        assert [one.threshold for one in rules(tx, Nothing())] == ["5-", "7"]
        detail = take(tx, DETAIL)
        assert (detail.decisions[0].values["people"], opened(tx)) == (1, before)
