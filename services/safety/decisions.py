"""What was decided about a telegram: message ids with their values, so that everybody reads their own language."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.i18n import N_, _
from data.models.safety import Verdict
from services.safety.intensity import Intensity

INTENSITIES = ("threshold", "intensity")
"""Values that are said in the reader's language."""


class Decision(BaseModel):
    """One thing that was decided: under a rule, about a broadcast, or about the whole telegram."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    message: str
    values: dict[str, Any] = {}
    broadcast_id: int | None = None

    @property
    def text(self) -> str:
        """Return the sentence in the current language."""
        return sentence(self.message, self.values)

    def kept(self) -> dict[str, Any]:
        """Return what the telegram's record keeps."""
        return self.model_dump(mode="json")


def sentence(message: str, values: Mapping[str, Any]) -> str:
    """Return a kept message in the current language."""
    said = {name: Intensity(value).label if name in INTENSITIES else value for name, value in values.items()}
    return _(message, **said)


def overall(decisions: list[Decision]) -> Verdict:
    """Return what was done in the end: the strongest of what was decided."""
    reached = {decision.verdict for decision in decisions}
    return next((verdict for verdict in Verdict if verdict in reached), Verdict.SILENT)


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
