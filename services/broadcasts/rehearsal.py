"""The rehearsal of a broadcast (予行, N02): what sending it now would do, before anything is sent."""

from core import jobs
from core.actor import Reach
from core.i18n import N_, _
from core.inputs import Row, field
from core.operations import query
from core.paging import Page
from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from services import delivery
from services.broadcasts.audience import audience_of, recipients_of
from services.broadcasts.drafts import BroadcastRow, WhichDraft, require_draft
from services.broadcasts.marks import as_sent
from services.broadcasts.opening import LINK
from services.broadcasts.procedures import first_channels
from services.broadcasts.prospect import Prospect, prospect
from services.broadcasts.sight import get_seen, over


class RehearsedPeopleAsk(delivery.RehearsalAsk):
    """Which people of the rehearsal of one draft."""

    broadcast_id: int = field(N_("Broadcast"), hidden=True)


class Rehearsal(Row):
    """What would happen; ``warnings`` are sentences about what a person should look at before sending.

    ``broadcast`` has the words as they will be sent.
    """

    broadcast: BroadcastRow
    recipients: list[str]
    prospect: Prospect
    worker_alive: bool
    warnings: list[str]

    @property
    def forecast(self) -> delivery.Forecast:
        """Return what the first message would do."""
        return self.prospect.forecast


@query("broadcasts.rehearse", N_("Rehearse broadcasts"))
def rehearse(tx: Transaction, ask: WhichDraft) -> Rehearsal:
    """Say how many would be reached by which channel, how many not and why, and how long it takes (N02).

    Counted from the statement that sending freezes, so that both always agree.

    Raises:
        NotFound: when the draft is gone, or somebody else's.
        Refused: when it was already sent.
    """
    reach = rehearse.reach(tx)
    row = _draft(tx, ask.id, reach)
    people = audience_of(row, over(reach, row, tx.actor), tx.actor)
    found = prospect(tx, people, row.waits, row.sms_cap_yen)
    alive = jobs.worker_alive(tx)
    broadcast = BroadcastRow.model_validate(row)
    return Rehearsal(
        broadcast=broadcast.model_copy(update=as_sent(row)._asdict()),
        recipients=recipients_of(tx, row),
        prospect=found,
        worker_alive=alive,
        warnings=_warnings(row, found.forecast, alive),
    )


@query("broadcasts.rehearse_people", N_("Rehearse broadcasts: see who is reached"))
def rehearse_people(tx: Transaction, ask: RehearsedPeopleAsk) -> Page[delivery.RehearsalLine]:
    """Return a page of the people whom a draft would ask, with their addresses or why nothing reaches them (N02).

    Raises:
        NotFound: when the draft is gone, or somebody else's.
        Refused: when it was already sent.
    """
    reach = rehearse_people.reach(tx)
    row = _draft(tx, ask.broadcast_id, reach)
    people = audience_of(row, over(reach, row, tx.actor), tx.actor)
    return delivery.rehearsal_page(tx, people, ask, *first_channels(row.waits))


def _draft(tx: Transaction, broadcast_id: int, reach: Reach) -> Broadcast:
    row = get_seen(tx, broadcast_id, reach)
    require_draft(row)
    return row


def _warnings(row: Broadcast, forecast: delivery.Forecast, alive: bool) -> list[str]:
    found = []
    if not forecast.people:
        found.append(_("Nobody would be asked. Choose other recipients."))
    if not all(LINK in body for body in (row.body, row.body_en) if body):
        found.append(_("The text has no {link}: nobody can answer.", link=LINK))
    if not alive:
        found.append(_("No worker is running at the moment: it would be sent as soon as one is started."))
    return found
