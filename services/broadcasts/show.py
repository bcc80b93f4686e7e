"""One broadcast with how far its sending is (送信状況, D13)."""

from collections import Counter, defaultdict

from sqlalchemy import select

from core import jobs
from core.i18n import N_
from core.inputs import Choice, Row
from core.operations import query
from core.shown import aside
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Channel, DeliveryState
from data.models.people import Person
from services import delivery
from services.access import people_within
from services.broadcasts.audience import recipients_of
from services.broadcasts.correcting import Correction, corrections_of
from services.broadcasts.course import Turn, course
from services.broadcasts.drafts import BroadcastRow
from services.broadcasts.scheduling import trouble_of
from services.broadcasts.sending import Which
from services.broadcasts.sight import get_seen, steered


class ChannelCount(Row):
    """How the deliveries of one channel stand."""

    channel: Channel
    counts: dict[DeliveryState, int]


class Progress(Row):
    """How far the sending is. ``per_second`` is the mean of the last round; ``seconds_left`` follows from it."""

    rounds: list[delivery.Round]
    channels: list[ChannelCount]
    counts: dict[DeliveryState, int]
    total: int
    left: int
    per_second: float | None
    seconds_left: float | None
    worker_alive: bool

    @property
    def fraction(self) -> float:
        """Return how much of the sending is done, 0 to 1."""
        return (self.total - self.left) / self.total if self.total else 1.0


class Shown(Row):
    """A broadcast, its recipients in words, how far it is, and whether the actor may stop and close it.

    ``corrections`` put it right; ``corrects`` is the title of what it puts right itself. ``trouble`` says why it was
    not sent at its moment.
    """

    broadcast: BroadcastRow
    recipients: list[str]
    people: list[Choice]
    progress: Progress
    course: list[Turn]
    steered: bool
    corrections: list[Correction]
    corrects: str
    trouble: str


@query("broadcasts.show", N_("See a broadcast"))
def show(tx: Transaction, ask: Which) -> Shown:
    """Return a broadcast with the counts of its deliveries by state and by channel (D13).

    Raises:
        NotFound: when it does not exist or asked nobody within reach.
    """
    row = get_seen(tx, ask.id, show.reach(tx))
    mine = select(Broadcast.id).where(Broadcast.id == row.id, steered(show.reach(tx), tx.actor))
    broadcast = BroadcastRow.model_validate(row)
    progress = progress_of(tx, row.id)
    return Shown(
        broadcast=broadcast,
        recipients=recipients_of(tx, row),
        people=_chosen_people(tx, broadcast.audience.people),
        progress=progress,
        course=course(tx, row, progress.rounds),
        steered=tx.scalar(mine) is not None,
        corrections=corrections_of(tx, row.id) if row.state is not BroadcastState.DRAFT else [],
        corrects=tx.scalar(select(Broadcast.title).where(Broadcast.id == row.corrects_id)) or "",
        trouble=trouble_of(row, tx.now),
    )


def _chosen_people(tx: Transaction, person_ids: list[int]) -> list[Choice]:
    within = people_within(show.reach(tx), tx.actor)
    found = tx.session.scalars(select(Person).where(Person.id.in_(person_ids), within).order_by(Person.sort_key))
    return [Choice(value=person.id, label=aside(person.name, person.code)) for person in found]


def progress_of(tx: Transaction, broadcast_id: int) -> Progress:
    """Count the deliveries of a broadcast; one pass over its ledger."""
    rounds = delivery.counts(tx, broadcast_id)
    counts: Counter[DeliveryState] = Counter()
    channels: dict[str, Counter[DeliveryState]] = defaultdict(Counter)
    for one in rounds:
        counts.update(one.counts)
        for channel, by_state in one.channels.items():
            channels[channel].update(by_state)
    left = sum(one.left for one in rounds)
    per_second = _rate(tx, rounds[-1]) if rounds else None
    return Progress(
        rounds=rounds,
        channels=[ChannelCount(channel=Channel(channel), counts=dict(of)) for channel, of in channels.items()],
        counts=dict(counts),
        total=sum(counts.values()),
        left=left,
        per_second=per_second,
        seconds_left=left / per_second if per_second and left else None,
        worker_alive=jobs.worker_alive(tx),
    )


def _rate(tx: Transaction, last: delivery.Round) -> float | None:
    tried = last.total - last.left - last.counts.get(DeliveryState.NOT_SENT, 0)
    seconds = ((last.finished_at or tx.now) - last.created_at).total_seconds()
    return tried / seconds if tried and seconds > 0 else None
