"""One worker's turn at one mailing: while a chunk is sent, the next one is read and the last one closed."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from core import logs
from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _
from core.jobs import must_stop
from core.settings import settings
from data.models.delivery import Channel, Mailing
from services.delivery import leases, tokens
from services.delivery.acting import SENDER
from services.delivery.carriers import Carrier, carrier_of, pace_of
from services.delivery.leases import Lease, kept_alive
from services.delivery.letters import Mail, Skeleton
from services.delivery.notes import NoteSkeleton
from services.delivery.paces import Pace
from services.delivery.pauses import pause, trouble_is_over
from services.delivery.providers import ProviderDown
from services.delivery.providers.base import Note
from services.delivery.recorder import WAIT_SECONDS, Recorder
from services.delivery.results import Claimed, claim, leave_orphans
from services.fields import OwnFieldRow

TURN_SECONDS = 30.0
"""After so long a job puts its work down and queues up again, so that several mailings move on together."""

PASS_PAUSE = timedelta(seconds=60)
"""Before the second pass; before each later one twice as long."""

DRY_SECONDS, LOOK_AGAIN_SECONDS = 2.0, 0.05
"""So long a turn stays with a mailing whose people are still being added; to begin another one takes longer."""

FRESH_SECONDS = 5.0
"""A lease that was taken so long ago is looked at once more before its chunk is sent."""

MARKED_AT_ONCE = 200
"""So many at most are marked as being sent before they are: what nobody knows of after a death."""

FAULT = N_("A fault on our side; tell the administrator this number: {fault_id}.")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A chunk that was leased, and its deliveries; ``careful``: they are read and marked a few at a time instead."""

    lease: Lease
    carrier: Carrier
    pace: Pace | None
    careful: bool
    rows: Sequence[Claimed]
    taken: float
    """When (``time.monotonic``)."""


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
        self._again = mailing.again
        self._urgent = mailing.urgent
        self._troubled = set(mailing.resting)
        self._skeleton = skeleton
        self._notes = notes
        self._others = others
        self._own = own
        self._signer = tokens.Signer()
        self._carriers: dict[Channel, tuple[Carrier, Pace | None]] = {}
        self._link = f"{settings().base_url}/r/"
        self._owner = leases.new_owner()
        self._ends = time.monotonic() + TURN_SECONDS
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._coming: Future[Ahead | None]
        self._ender = ThreadPoolExecutor(1, thread_name_prefix="ender")
        self._ending: deque[Future[None]] = deque()
        self._dry_since: float | None = None

    def work(self) -> bool:
        """Send chunk after chunk. True: nothing is left to take now; False: the turn ended before the work."""
        with ExitStack() as after:
            after.callback(self._ended)
            self._look_ahead()
            after.callback(self._put_back)
            return self._send_all()

    def close(self) -> None:
        """Let go of all connections."""
        self._reader.shutdown()
        self._ender.shutdown()
        for carrier, _pace in self._carriers.values():
            carrier.close()

    def _send_all(self) -> bool:
        while not self._is_over():
            ahead = self._coming.result()
            if ahead is None and not self._more_will_come():
                return True
            self._look_ahead()
            if ahead is not None:
                self._dry_since = None
                self._send(ahead)
                self._ended(leave=1)
        return False

    def _send(self, ahead: Ahead) -> None:
        try:
            self._send_chunk(ahead)
        except ProviderDown as down:
            self._rest(ahead.lease, down.word)
            self._put_back()  # its provider may be the one that is down
            self._look_ahead()
        except Exception as error:
            self._give_up(ahead.lease, error, sure=not ahead.careful)
            raise

    def _look_ahead(self) -> None:
        self._coming = self._reader.submit(self._read_ahead)

    def _read_ahead(self) -> Ahead | None:
        """Lease the next chunk and read what it holds. A channel whose secret cannot be read rests."""
        while True:
            with transaction(SENDER) as tx:
                lease = leases.take(tx, self._mailing_id, self._owner)
            if lease is None:
                return None
            try:
                carrier, pace = self._carrier(lease.channel)
                return self._read(lease, carrier, pace)
            except Unavailable as error:
                self._rest(lease, error.text)
            except Exception as error:
                self._give_up(lease, error, sure=False)
                raise

    def _read(self, lease: Lease, carrier: Carrier, pace: Pace | None) -> Ahead:
        careful, taken = not self._again and not carrier.limits.keyed, time.monotonic()
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            if careful:
                leave_orphans(tx, lease)
                return Ahead(lease, carrier, pace, careful, (), taken)
            rows = claim(tx, lease, lease.low - 1, lease.high - lease.low + 1, own=self._own)
            return Ahead(lease, carrier, pace, careful, rows, taken)

    def _carrier(self, channel: Channel) -> tuple[Carrier, Pace | None]:
        if channel not in self._carriers:
            with transaction(SENDER) as tx:
                self._carriers[channel] = carrier_of(tx, channel), pace_of(tx, channel, urgent=self._urgent)
        return self._carriers[channel]

    def _is_over(self) -> bool:
        return must_stop() or time.monotonic() >= self._ends

    def _more_will_come(self) -> bool:
        """End the mailing if it is done. While people are being added, wait a little for them and say so."""
        self._ended()
        with transaction(SENDER) as tx:
            grows = not leases.finish_if_done(tx, self._mailing_id) and leases.grows(tx, self._mailing_id)
        self._dry_since = self._dry_since or time.monotonic()
        if not grows or time.monotonic() - self._dry_since > DRY_SECONDS:
            return False
        time.sleep(LOOK_AGAIN_SECONDS)
        return True

    def _send_chunk(self, ahead: Ahead) -> None:
        """Send and record a chunk; it is closed beside the next one.

        It is recorded here: what a death doubles is of one chunk.
        """
        lease, channel = ahead.lease, ahead.lease.channel
        contacts: dict[int, int | None] = {}
        if not self._is_mine(ahead):
            self._put_down(lease)
            return
        # What is repeated under one key is recorded together: for fewer people the key would be another one.
        limits = ahead.carrier.limits
        together = limits.batch if limits.keyed else 0
        takes = Recorder(lease, contacts, lambda: self._works(channel), again=self._again, together=together)
        with kept_alive(lease), takes as recorder:
            sending = self._messages(ahead, recorder, contacts)
            for outcome in ahead.carrier.send(sending):
                recorder.add(outcome)
            whole = next(sending, None) is None and recorder.goes_on and not self._is_over()
        self._ending.append(self._ender.submit(self._end_chunk, ahead, recorder, whole))

    def _end_chunk(self, ahead: Ahead, recorder: Recorder, whole: bool) -> None:
        """Close a chunk of which everything is recorded, or put it down."""
        lease = ahead.lease
        try:
            if whole and recorder.goes_on:
                with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
                    leases.end_pass(tx, lease, PASS_PAUSE * 2**lease.passes, left=recorder.left)
            else:
                self._put_down(lease)
        except Exception as error:
            self._give_up(lease, error, sure=not ahead.careful)
            raise

    def _ended(self, leave: int = 0) -> None:
        """Wait until no more than so many chunks are being ended; raise what one of them met."""
        while len(self._ending) > leave:
            self._ending.popleft().result()

    def _is_mine(self, ahead: Ahead) -> bool:
        """Say whether a chunk may be sent; what was just leased may, and each record looks again."""
        if time.monotonic() - ahead.taken < FRESH_SECONDS:
            return True
        with transaction(SENDER) as tx:
            return leases.keep(tx, ahead.lease)

    def _messages(self, ahead: Ahead, recorder: Recorder, contacts: dict[int, int | None]) -> Iterator[Mail | Note]:
        """Yield what is to be sent, as long as it may be."""
        for one in self._marked(ahead) if ahead.careful else ahead.rows:
            if not recorder.goes_on or self._is_over():
                return
            if ahead.pace is not None:
                ahead.pace.wait()
            contacts[one.id] = one.contact_point_id
            yield self._message(ahead.lease.channel, one)

    def _marked(self, ahead: Ahead) -> Iterator[Claimed]:
        after = ahead.lease.low - 1
        while True:
            with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
                rows = claim(tx, ahead.lease, after, MARKED_AT_ONCE, own=self._own, mark=True)
            if not rows:
                return
            yield from rows
            after = rows[-1].id

    def _message(self, channel: Channel, one: Claimed) -> Mail | Note:
        name = f"{one.family_name} {one.given_name}".strip()
        values = {"name": name, "family_name": one.family_name, "department": one.department, **(one.own or {})}
        skeleton, notes = self._others.get(one.language, (self._skeleton, self._notes))
        if channel is not Channel.MAIL:
            values["reply_url"] = ""  # it stands behind the text
            return notes.note(one.id, one.address, values, one.language, one.subscription)
        values["reply_url"] = self._link + self._signer.token(one.id)
        message_id = self._signer.message_id(one.id, self._domain)
        return skeleton.letter(one.id, message_id, one.address, name, values)

    def _put_down(self, lease: Lease) -> None:
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            leases.put_down(tx, lease)

    def _works(self, channel: Channel) -> None:
        if channel in self._troubled:
            with transaction(SENDER) as tx:
                trouble_is_over(tx, self._mailing_id, channel)
            self._troubled.discard(channel)

    def _rest(self, lease: Lease, word: str) -> None:
        """Let a provider that is down rest; the next message that one takes ends its trouble."""
        self._give_way(lease, word)
        self._troubled.add(lease.channel)

    def _give_up(self, lease: Lease, error: Exception, *, sure: bool) -> None:
        """Let the mailing rest after a fault of ours, which ends this turn: what still goes out does not end it."""
        self._give_way(lease, _(FAULT, fault_id=logs.fault(error)), sure=sure)

    def _give_way(self, lease: Lease, word: str, *, sure: bool = True) -> None:
        with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
            pause(tx, self._mailing_id, word, lease.channel)
            leases.put_down(tx, lease, sure=sure)

    def _put_back(self) -> None:
        """Give back what was read ahead."""
        ahead = self._coming.result()
        if ahead is not None:
            self._put_down(ahead.lease)
