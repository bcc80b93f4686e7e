"""The bench of telegrams: what it issues is read from its feed and decided by the rule."""

from sqlalchemy import text

from bench.population import administrator
from bench.telegram import AREAS, begin, decided, some, standing_in, switch_a_rule_on, system


def test_each_telegram_is_read_and_decided_once(live):
    administrator()
    with standing_in() as jma:
        begin(jma)
        with system() as tx:
            areas = [code for (code,) in tx.execute(AREAS)]
        without = decided(jma, "1000", some(areas, 0, 5))
        switch_a_rule_on()
        took = decided(jma, "2000", some(areas, 1, 5))
    assert 0 < took.decision < took.look
    assert without.decision > 0
    with system() as tx:
        found = tx.execute(text("SELECT source, content->'areas' FROM telegram ORDER BY id")).all()
    assert [(source, len(hit)) for source, hit in found] == [("feed", 5), ("feed", 5)]
    assert set(found[1][1]) == set(some(areas, 1, 5))
