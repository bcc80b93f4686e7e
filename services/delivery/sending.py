"""The job that sends (送信): lease a chunk, claim some of its deliveries, hand them over, record what came of them.

Progress moves on recorded results only. A worker may die anywhere: its lease runs out, and the next one takes up the
chunk where the records end. Jobs name mailings, never people.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from types import MappingProxyType

import structlog
from sqlalchemy import select

from core import logs
from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _
from core.jobs import EVERY_FIVE_SECONDS, enqueue, job, must_stop
from core.settings import settings
from core.transaction import Transaction
from data.models.delivery import Channel, Chunk, Mailing, MailingState
from services.delivery import leases, tokens
from services.delivery.carriers import Carrier, carrier_of
from services.delivery.fields import used_own
from services.delivery.leases import SENDER, Lease, kept_alive
from services.delivery.letters import Mail, Skeleton
from services.delivery.notes import NoteSkeleton
from services.delivery.providers import Outcome, ProviderDown
from services.delivery.providers.base import Note
from services.delivery.receipts.settings import return_base
from services.delivery.results import MOST_PASSES, Claimed, claim, mark_contacts, record
from services.delivery.sender import current_sender, from_of
from services.fields import OwnFieldRow

LANES = 2
"""Jobs that send one mailing at the same time; the worker's other places stay free for what people wait for."""

TURN_SECONDS = 30.0
"""After so long a job puts its work down and queues up again, so that several mailings move on together."""

FLUSH_ROWS = 200
FLUSH_SECONDS = 0.05
"""Results are recorded after so many or so long: that bounds what a killed worker sends twice."""

PASS_PAUSE = timedelta(seconds=60)
"""Before the second pass; before each later one twice as long."""

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 60
WAIT_SECONDS = 60
"""A record is worth waiting for: what was sent and not recorded is sent twice."""

FAULT = N_("A fault on our side; tell the administrator this number: {fault_id}.")

log = structlog.get_logger("delivery")


@job("delivery.send")
def send_mailing(mailing_id: int, lane: int) -> None:
    """Send what waits of a mailing, as long as this turn lasts; the next turn is queued before this one ends."""
    turn = prepare(mailing_id)
    if turn is None:
        return
    with closing(turn):
        if turn.work():
            return
    with transaction(SENDER) as tx:
        _enqueue(tx, mailing_id, lane)


@job("delivery.sweep", periodic=EVERY_FIVE_SECONDS)
def sweep() -> None:
    """Queue the sending of every mailing that has a chunk to take: after a pause, or left behind by a dead worker."""
    with transaction(SENDER) as tx:
        waiting = select(Chunk.id).where(Chunk.mailing_id == Mailing.id, leases.free(), leases.awake(tx.now)).exists()
        found = tx.session.scalars(select(Mailing.id).where(Mailing.state == MailingState.SENDING, waiting))
        enqueue_senders(tx, found.all())


def enqueue_senders(tx: Transaction, mailing_ids: Iterable[int]) -> None:
    """Queue the sending of mailings, unless it is queued already."""
    for mailing_id in mailing_ids:
        for lane in range(LANES):
            _enqueue(tx, mailing_id, lane)


def _enqueue(tx: Transaction, mailing_id: int, lane: int) -> None:
    name = f"delivery.send:{mailing_id}:{lane}"
    enqueue(tx, send_mailing, once=name, alone=name, mailing_id=mailing_id, lane=lane)


def prepare(mailing_id: int) -> "Turn | None":
    """Return a turn at a mailing, or None when it is not to be sent now."""
    with transaction(SENDER) as tx:
        mailing = tx.get(Mailing, mailing_id)
        if mailing is None or mailing.state is not MailingState.SENDING:
            return None
        sender = from_of(current_sender(tx))
        returns = return_base(tx)
        others = {
            language: (
                Skeleton(
                    sender,
                    text["subject"],
                    text["body"],
                    mailing.constants | {"title": text["title"]},
                    tx.now,
                    returns=returns,
                ),
                NoteSkeleton(mailing.id, text["subject"], "", mailing.constants | {"title": text["title"]}),
            )
            for language, text in mailing.versions.items()
        }
        said = [text[part] for text in mailing.versions.values() for part in ("subject", "body")]
        return Turn(
            mailing,
            Skeleton(sender, mailing.subject, mailing.body, mailing.constants, tx.now, returns=returns),
            NoteSkeleton(mailing.id, mailing.subject, mailing.short_text, mailing.constants),
            used_own(tx, mailing.subject, mailing.body, mailing.short_text, *said),
            others,
        )


class Turn:
    """One worker's turn at one mailing."""

    def __init__(
        self,
        mailing: Mailing,
        skeleton: Skeleton,
        notes: NoteSkeleton,
        own: Sequence[OwnFieldRow],
        others: Mapping[str, tuple[Skeleton, NoteSkeleton]] = MappingProxyType({}),
    ) -> None:
        """Take what is sent: a text for mails, one for short messages; ``own`` are the own fields that they name.

        ``others`` are both texts in other languages, for the people who read those.
        """
        self._mailing_id = mailing.id
        self._domain = mailing.constants["domain"]
        self._troubled = set(mailing.resting)
        self._skeleton = skeleton
        self._notes = notes
        self._others = others
        self._own = own
        self._carriers: dict[Channel, Carrier] = {}
        self._link = f"{settings().base_url}/r/"
        self._owner = leases.new_owner()
        self._ends = time.monotonic() + TURN_SECONDS

    def work(self) -> bool:
        """Send chunk after chunk. True: nothing is left to take now; False: the turn ended before the work."""
        while not self._is_over():
            with transaction(SENDER) as tx:
                lease = leases.take(tx, self._mailing_id, self._owner)
                if lease is None:
                    leases.finish_if_done(tx, self._mailing_id)
                    return True
            try:
                carrier = self._carrier(lease.channel)
                with kept_alive(lease):
                    self._send_chunk(lease, carrier)
            except ProviderDown as down:
                self._give_way(lease, down.word)
            except Unavailable as error:
                self._give_way(lease, error.text)
            except Exception as error:
                self._give_way(lease, _(FAULT, fault_id=logs.fault(error)))
                raise
        return False

    def close(self) -> None:
        """Let go of all connections."""
        for carrier in self._carriers.values():
            carrier.close()

    def _carrier(self, channel: Channel) -> Carrier:
        if channel not in self._carriers:
            with transaction(SENDER) as tx:
                self._carriers[channel] = carrier_of(tx, channel)
        return self._carriers[channel]

    def _is_over(self) -> bool:
        return must_stop() or time.monotonic() >= self._ends

    def _send_chunk(self, lease: Lease, carrier: Carrier) -> None:
        after = lease.low - 1
        while (claimed := self._claim(lease, after, carrier.limits.batch)) and self._send(lease, carrier, claimed):
            after = claimed[-1].id
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            if claimed == []:
                leases.end_pass(tx, lease, PASS_PAUSE * 2**lease.passes)
            else:
                leases.put_down(tx, lease)

    def _claim(self, lease: Lease, after: int, most: int) -> list[Claimed] | None:
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            if not leases.keep(tx, lease):
                return None
            return claim(tx, lease, after, most, own=self._own)

    def _send(self, lease: Lease, carrier: Carrier, claimed: Sequence[Claimed]) -> bool:
        contacts = {one.id: one.contact_point_id for one in claimed}
        window: list[Outcome] = []
        opened = time.monotonic()
        try:
            for outcome in carrier.send([self._message(lease.channel, one) for one in claimed]):
                window.append(outcome)
                # What is repeated under one key must be recorded together: for fewer people the key would be another.
                if carrier.limits.keyed:
                    continue
                if len(window) >= FLUSH_ROWS or time.monotonic() - opened >= FLUSH_SECONDS:
                    if not self._flush(lease, window, contacts):
                        return False
                    window, opened = [], time.monotonic()
        except ProviderDown:
            self._flush(lease, window, contacts)
            raise
        return not window or self._flush(lease, window, contacts)

    def _message(self, channel: Channel, one: Claimed) -> Mail | Note:
        values = {"name": one.name, "family_name": one.family_name, "department": one.department, **one.own}
        skeleton, notes = self._others.get(one.language, (self._skeleton, self._notes))
        if channel is not Channel.MAIL:
            values["reply_url"] = ""  # it stands behind the text
            return notes.note(one.id, one.address, values, one.language, one.subscription)
        values["reply_url"] = self._link + tokens.sign(one.id)
        return skeleton.letter(one.id, tokens.message_id(one.id, self._domain), one.address, one.name, values)

    def _flush(self, lease: Lease, window: Sequence[Outcome], contacts: Mapping[int, int | None]) -> bool:
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            if lease.channel in self._troubled and any(one.accepted for one in window):
                trouble_is_over(tx, self._mailing_id, lease.channel)
                self._troubled.discard(lease.channel)
            goes_on = leases.keep(tx, lease)
            record(tx, window, last_pass=lease.passes + 1 >= MOST_PASSES)
            mark_contacts(tx, window, contacts)
        return goes_on and not self._is_over()

    def _give_way(self, lease: Lease, word: str) -> None:
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            pause(tx, self._mailing_id, word, lease.channel)
            leases.put_down(tx, lease)


def pause(tx: Transaction, mailing_id: int, word: str, channel: Channel = Channel.MAIL) -> None:
    """Note that a provider is down, and when it is asked again: after 5 seconds, then twice as long, up to 60."""
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None or mailing.state is not MailingState.SENDING:
        return
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(mailing.pauses, 10), LONGEST_PAUSE_SECONDS)
    mailing.trouble, mailing.pauses = word, mailing.pauses + 1
    mailing.retry_at = tx.now + timedelta(seconds=seconds)
    mailing.resting = {**mailing.resting, channel.value: mailing.retry_at.isoformat()}
    tx.session.flush()
    log.warning("the provider is down", mailing=mailing_id, channel=channel.value, word=word, again_in=seconds)


def trouble_is_over(tx: Transaction, mailing_id: int, channel: Channel) -> None:
    """Note that a provider takes messages again."""
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None:
        return
    mailing.resting = {name: until for name, until in mailing.resting.items() if name != channel}
    if not mailing.resting:
        mailing.trouble, mailing.retry_at, mailing.pauses = None, None, 0
    tx.session.flush()
