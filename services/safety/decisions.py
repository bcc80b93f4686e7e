"""What was decided about a telegram: message ids with their values, so that everybody reads their own language."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.i18n import N_, _
from data.models.safety import Rule, RuleKind, Verdict
from services.safety.saying import said_value


class Decision(BaseModel):
    """One thing that was decided: under a rule (``rule_id``), about a broadcast, or about the whole telegram."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    message: str
    values: dict[str, Any] = {}
    broadcast_id: int | None = None
    rule_id: int | None = None

    @property
    def text(self) -> str:
        """Return the sentence in the current language."""
        return sentence(self.message, self.values)

    def kept(self) -> dict[str, Any]:
        """Return what the telegram's record keeps."""
        return self.model_dump(mode="json")


def spared(rule: Rule, people: int) -> list[Decision]:
    """Return that so many people are not asked again, or nothing where there are none."""
    values = {"rule": rule.name, "people": people}
    return [Decision(verdict=Verdict.SILENT, message=SPARED, values=values, rule_id=rule.id)] if people else []


def sentence(message: str, values: Mapping[str, Any]) -> str:
    """Return a kept message in the current language."""
    return _(message, **{name: said_value(name, value) for name, value in values.items()})


def overall(decisions: list[Decision]) -> Verdict:
    """Return what was done in the end: the strongest of what was decided."""
    reached = {decision.verdict for decision in decisions}
    return next((verdict for verdict in Verdict if verdict in reached), Verdict.SILENT)


OPENING = N_(
    "Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. The people there are being asked now."
)
WAITS = N_(
    "Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. It waits until {until} for the report that "
    "confirms it; a cancel (取消) before then sends nothing. A person can send at once, or hold it back."
)
PASSED_ON = N_("Rule “{rule}”: while it waited, a newer telegram of the same event came; see there what was done.")
WAIT_CANCELLED = N_("This telegram cancels an earlier one (取消) while rule “{rule}” waited: nothing is sent.")
WAS_CANCELLED = N_("Rule “{rule}”: while it waited, JMA cancelled the report (取消): nothing was sent.")
WAIT_LOWERED = N_("Rule “{rule}”: this correction (訂正) no longer reaches {threshold}; what waited is not sent.")
HELD_BACK = N_("Rule “{rule}”: somebody decided not to send about this event. It can still be sent from this page.")
SWITCHED_OFF = N_("Rule “{rule}” was switched off before its time had come: nothing was sent.")
OPEN = (OPENING, WAITS, HELD_BACK, SWITCHED_OFF)
"""What a later step may still replace by what came of it."""

SPARED = N_(
    "Rule “{rule}”: people not asked again, since it asked them within the last 6 hours about something at least as "
    "strong for them: {people:,}."
)
NOT_FIXED = N_("Rule “{rule}” ({threshold} or more): none of its fixed areas was hit. Areas elsewhere: {areas}.")
OTHER_POLICY = N_(
    "Rule “{rule}” does not go by this telegram: by grade the warnings count (VTSE41), by height the observations "
    "(VTSE51)."
)
UNKNOWN_KINDS = N_(
    "The telegram has kinds of warnings that are not known here: {kinds}. Nobody was asked because of them: look at "
    "the telegram, and send a broadcast by hand if it is needed."
)
CANCEL_SHARED = N_(
    "This telegram cancels an earlier one (取消), but other telegrams speak of the same special warning: broadcast "
    "no. {broadcast} was not stopped. Look at it, and stop it by hand if it should not go on."
)
WEATHER_LIFTED = N_("This telegram ends special warnings. What has ended sends nothing.")

OPENED = N_(
    "Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. "
    "People asked by broadcast no. {broadcast}: {people:,}."
)
EXTENDED = N_(
    "Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. "
    "People newly included and asked by broadcast no. {broadcast}: {people:,}. Nobody is asked twice."
)
HELD = N_(
    "Rule “{rule}” ({threshold} or more): people newly included and added to broadcast no. {broadcast}: {people:,}. "
    "Somebody stopped it; they are asked when it goes on."
)
RESUMED = N_(
    "Rule “{rule}” ({threshold} or more): a newer telegram came after the cancel, so broadcast no. {broadcast} "
    "goes on. People newly included: {people:,}."
)
CLOSED = N_(
    "Rule “{rule}” ({threshold} or more): broadcast no. {broadcast} is closed, so nobody else was asked. "
    "People newly included: {people:,}. If they should be asked, send a broadcast by hand."
)
ALL_ASKED = N_(
    "Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. "
    "Everybody there was asked before by broadcast no. {broadcast}; nobody is asked twice."
)
NOBODY = N_("Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. Nobody has a region there.")
NOBODY_FIXED = N_("Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. Its recipients are nobody.")
ALL_SPARED = N_(
    "Rule “{rule}” ({threshold} or more): areas that reached it: {areas}. Nobody is asked again about this event."
)
BELOW = N_("Rule “{rule}”: no area reached {threshold}; the strongest was {intensity}.")
BELOW_UNKNOWN = N_("Rule “{rule}”: no area is known to have reached {threshold}.")
UNKNOWN_AREAS = N_(
    "Areas that are not in our tables: {codes}. Nobody was asked because of them: look at the telegram, and send a "
    "broadcast by hand if people may be there."
)
NO_RULE = N_(
    "No rule for earthquakes is switched on, so nothing was sent. "
    "After you switched one on, take the telegram in again."
)
NO_TSUNAMI_RULE = N_(
    "No rule for tsunamis is switched on, so nothing was sent. After you switched one on, take the telegram in again."
)
NO_WARNING_RULE = N_(
    "No rule for special warnings is switched on, so nothing was sent. "
    "After you switched one on, take the telegram in again."
)
NO_RULES = {
    RuleKind.EARTHQUAKE: NO_RULE,
    RuleKind.TSUNAMI: NO_TSUNAMI_RULE,
    RuleKind.SPECIAL_WARNING: NO_WARNING_RULE,
}
LATE = N_(
    "This telegram came too late to ask anybody: JMA issued it more than 24 hours before, or before the automatic "
    "reading was switched on. Send a broadcast by hand if it is needed."
)
NO_EVENT = N_(
    "The telegram does not say which earthquake it belongs to (EventID), so nothing was sent. "
    "Send a broadcast by hand if it is needed."
)
OVERTAKEN = N_("A newer telegram has corrected or cancelled this one already, so nothing was sent.")
CANCEL_OVERTAKEN = N_("A newer telegram of this earthquake has come in already, so this cancel (取消) stops nothing.")
CANCEL_STOPPED = N_(
    "This telegram cancels an earlier one (取消): broadcast no. {broadcast} was stopped. "
    "Mails that were waiting and are not sent: {waiting:,}. Mails that went out and stay out: {gone:,}."
)
CANCEL_HELD = N_(
    "This telegram cancels an earlier one (取消). Broadcast no. {broadcast} stands still already: do not go on "
    "with it. Mails that wait: {waiting:,}. Mails that went out and stay out: {gone:,}."
)
CANCEL_GONE = N_(
    "This telegram cancels an earlier one (取消), but nothing of broadcast no. {broadcast} was waiting any more. "
    "Mails that went out and stay out: {gone:,}. Tell the recipients by hand."
)
