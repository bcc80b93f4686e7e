"""What is not there yet is made by two at once: the second one is told, as where it is there already."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.errors import Conflict
from services.access.rules import SignInRules, set_rules
from services.delivery.sms_settings import SmsFields, edit_sms
from services.people.regions.rule import RegionRules, set_region_rule
from services.registration import EditText, edit_guide_text
from services.setup import StartOn, StepDuty, assign_step, propose_dates
from tests.factories import actor_of
from tests.services.at_once import two_at_once

DAY = "2026-12-01"


@pytest.fixture
def administrator(live_cast):
    """The administrator of the cast, committed."""
    with transaction(Actor.system("test")) as tx:
        return actor_of(tx, live_cast.administrator)


@pytest.mark.parametrize(
    "do",
    [
        lambda tx: assign_step(tx, StepDuty(step="regions", due_on=DAY)),
        lambda tx: set_region_rule(tx, RegionRules(people_may_add=True)),
        lambda tx: edit_guide_text(tx, EditText(language="ja", subject="案内", body="{link}")),
        lambda tx: set_rules(tx, SignInRules(second_factor="nobody")),
        lambda tx: edit_sms(tx, SmsFields()),
    ],
    ids=["duty", "region_rule", "guide_text", "sign_in", "sms"],
)
def test_the_second_one_is_told(administrator, do):
    first, second = two_at_once(administrator, do)
    assert first.version == 1
    assert isinstance(second, Conflict)


def test_dates_are_set_while_somebody_sets_one_of_them(administrator):
    def do(tx):
        if asked:
            return assign_step(tx, StepDuty(step="regions", due_on=DAY))
        asked.append(True)
        return propose_dates(tx, StartOn(starts_on=DAY))

    asked = []
    first, second = two_at_once(administrator, do)
    assert len(first) == 14
    assert isinstance(second, Conflict)
