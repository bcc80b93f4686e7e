"""Which municipalities lie on which coast: asked, corrected, and never overwritten."""

import pytest
from sqlalchemy import func, select

from core.audit import AuditRecord
from core.errors import NotAllowed, NotFound, Refused
from core.i18n import using_language
from core.inputs import Nothing
from data.migrate import sync_coasts
from data.models.areas import Coast, CoastOrigin
from data.models.people import PersonRegion
from data.reference.coasts import coasts
from services.safety import CoastMark, CoastsAsk, OnCoast, list_coasts, put_on_coast, take_off_coast
from services.safety import tsunami_area_choices as choices
from services.safety.coasts import municipalities_on
from tests.factories import actor_of
from tests.services.safety.conftest import people_of

KAMAISHI, MORIOKA, IWATE = "0321100", "0320100", 210


def iwate(*codes):
    """Return what a form sends for municipalities and the coast of Iwate."""
    return OnCoast(tsunami_area=IWATE, municipalities=list(codes))


def shown(tx, **asked):
    """Return municipality and mark of what is listed."""
    return {row.municipality_code: row.mark for row in list_coasts(tx, CoastsAsk(size=100, **asked)).rows}


class TestMunicipalitiesOn:
    """The seam for rules."""

    def test_each_once_on_all_of_these_coasts(self, tx):
        found = list(tx.execute(municipalities_on(["520", "521", "522"])).scalars())
        assert len(found) == len(set(found)) == 24
        assert "2820500" in found

    def test_no_area_and_an_unknown_one_have_none(self, tx):
        assert not list(tx.execute(municipalities_on([])).scalars())
        assert not list(tx.execute(municipalities_on(["999"])).scalars())

    def test_stands_inside_another_statement(self, tx):
        people_of(tx, [KAMAISHI, MORIOKA])
        there = PersonRegion.area_code.in_(municipalities_on(["210"]))
        assert list(tx.execute(select(PersonRegion.area_code).where(there)).scalars()) == [KAMAISHI]


class TestList:
    """``safety.coasts``."""

    def test_by_area_by_prefecture_by_name_by_mark(self, tx):
        assert len(shown(tx, tsunami_area=IWATE)) == 12
        assert set(shown(tx, prefecture=32, tsunami_area=551)) == {"3252500", "3252600", "3252700", "3252800"}
        assert shown(tx, text="釜石") == shown(tx, text="かまいし") == {KAMAISHI: CoastMark.OURS}
        assert not shown(tx, mark=CoastMark.ADDED)

    def test_in_the_readers_language(self, tx):
        with using_language("en"):
            (row,) = list_coasts(tx, CoastsAsk(text="kamaishi")).rows
        assert (row.tsunami_area, row.municipality, row.prefecture) == ("Iwate", "Kamaishi City", "Iwate")
        assert choices(tx, Nothing())[0].label == "北海道太平洋沿岸東部"

    def test_every_coast_stands_in_it_once(self, tx):
        page = list_coasts(tx, CoastsAsk(size=100))
        assert page.count == len(coasts())

    def test_is_refused_without_permission(self, tx, acting, cast):
        asks = ((list_coasts, CoastsAsk()), (put_on_coast, iwate(MORIOKA)), (take_off_coast, iwate(KAMAISHI)))
        for process, ask in asks:
            with pytest.raises(NotAllowed):
                process(acting(actor_of(tx, cast.manager)), ask)


class TestCorrect:
    """``safety.put_on_coast`` and ``safety.take_off_coast``."""

    def test_what_is_added_concerns_at_once_and_is_marked_and_audited(self, tx):
        assert put_on_coast(tx, iwate(MORIOKA, KAMAISHI)) == 1
        assert MORIOKA in set(tx.execute(municipalities_on(["210"])).scalars())
        assert shown(tx, mark=CoastMark.ADDED) == {MORIOKA: CoastMark.ADDED}
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "safety.put_on_coast")).scalar_one()
        assert MORIOKA in str(record.changes)
        assert KAMAISHI not in str(record.changes)

    def test_what_is_taken_away_concerns_no_longer_but_can_be_seen(self, tx):
        assert take_off_coast(tx, iwate(KAMAISHI, MORIOKA)) == 1
        assert KAMAISHI not in set(tx.execute(municipalities_on(["210"])).scalars())
        assert shown(tx, mark=CoastMark.TAKEN_AWAY) == {KAMAISHI: CoastMark.TAKEN_AWAY}

    def test_what_is_put_right_again_is_ours_again(self, tx):
        take_off_coast(tx, iwate(KAMAISHI))
        assert put_on_coast(tx, iwate(KAMAISHI)) == 1
        put_on_coast(tx, iwate(MORIOKA))
        assert take_off_coast(tx, iwate(MORIOKA)) == 1
        rows = tx.execute(select(Coast.tsunami_code, Coast.municipality_code).where(Coast.origin == CoastOrigin.OURS))
        assert {tuple(row) for row in rows} == coasts()
        assert tx.scalar(select(func.count()).select_from(Coast)) == len(coasts())

    def test_the_same_twice_changes_nothing(self, tx):
        assert (put_on_coast(tx, iwate(MORIOKA)), put_on_coast(tx, iwate(MORIOKA))) == (1, 0)
        assert (take_off_coast(tx, iwate(KAMAISHI)), take_off_coast(tx, iwate(KAMAISHI))) == (1, 0)

    def test_an_update_leaves_it(self, tx):
        put_on_coast(tx, iwate(MORIOKA))
        take_off_coast(tx, iwate(KAMAISHI))
        sync_coasts(tx.session.connection())
        on = set(tx.execute(municipalities_on(["210"])).scalars())
        assert (MORIOKA in on, KAMAISHI in on) == (True, False)

    def test_only_areas_and_municipalities_that_there_are(self, tx):
        with pytest.raises(NotFound):
            put_on_coast(tx, OnCoast(tsunami_area=999, municipalities=[KAMAISHI]))
        for code in ("03", "212", "0399999"):
            with pytest.raises(Refused):
                put_on_coast(tx, iwate(KAMAISHI, code))
