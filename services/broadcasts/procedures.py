"""Sending procedures (送信手順, N04): mail, then the app, LINE, SMS, until a person answers; with a limit on cost."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from data.models.procedures import SendingProcedure
from services import delivery
from services.broadcasts.changing import delete_unused, for_change, require_free_name, saving
from services.broadcasts.kept import PROCEDURES
from services.broadcasts.texts import Line
from services.changes import keeping

WEEK = 7 * 24 * 60
MINUTES = {
    delivery.Channel.MAIL: "mail_minutes",
    delivery.Channel.APP: "app_minutes",
    delivery.Channel.LINE: "line_minutes",
    delivery.Channel.SMS: "sms_minutes",
}
"""Which field says when a channel follows."""

GONE = N_("This sending procedure does not exist any more. Go back to the list.")
TAKEN = N_("There is already a sending procedure “{name}”. Choose another name.")
USED = N_("“{name}” is used by a rule. Choose another sending procedure there first.")
SAMPLES = (
    ("mail", "メールのみ", {"mail_minutes": 0}),
    (
        "stepwise",
        "メール → アプリ・LINE → SMS",
        {"mail_minutes": 0, "app_minutes": 10, "line_minutes": 10, "sms_minutes": 30, "sms_cap_yen": 10_000},
    ),
    ("at_once", "すべての手段へ同時に", {"mail_minutes": 0, "app_minutes": 0, "line_minutes": 0, "sms_minutes": 0}),
)
"""Key, name, and when each channel follows."""


class ProcedureRow(Row):
    """A sending procedure: minutes after the first message at which each channel follows; None never."""

    id: int
    version: int
    name: str
    mail_minutes: int | None
    app_minutes: int | None
    line_minutes: int | None
    sms_minutes: int | None
    sms_cap_yen: int | None
    sample: str | None

    @property
    def value(self) -> int:
        """Return what a choice stores."""
        return self.id

    @property
    def label(self) -> str:
        """Return what a choice shows."""
        return self.name

    @property
    def steps(self) -> list[tuple[int, list[delivery.Channel]]]:
        """Return the moments, in minutes after the first message, with the channels that follow then."""
        return steps_of(waits_of(self))


def minutes_field(label: str, *, default: int | None = None) -> Any:
    """Declare when a channel follows."""
    return field(label, default=default, ge=0, le=WEEK, unit=N_("minutes later"))


class EditProcedure(Input):
    """A sending procedure to make (without ``id``) or to change."""

    id: int | None = field(N_("Sending procedure"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: Line = field(N_("Name"), min_length=1, max_length=80, help=N_("For you only; it is not sent."))
    mail_minutes: int | None = field(
        N_("Mail"), default=0, ge=0, le=WEEK, unit=N_("minutes later"),
        help=N_("0: at once. Empty: this way is not used. Whoever has answered by then is left alone."),
    )  # fmt: skip
    app_minutes: int | None = minutes_field(N_("App"))
    line_minutes: int | None = minutes_field(N_("LINE"))
    sms_minutes: int | None = minutes_field(N_("SMS"))
    sms_cap_yen: int | None = field(
        N_("Limit for SMS of one broadcast"), default=None, ge=0, le=100_000_000, unit=N_("yen"),
        help=N_("Empty: only the month’s limit holds. Whom nothing else reached comes first."),
    )  # fmt: skip

    @model_validator(mode="after")
    def _begins_at_once(self) -> "EditProcedure":
        if 0 not in (self.mail_minutes, self.app_minutes, self.line_minutes):
            raise WrongValue(N_("Mail, the app or LINE has to go out at once: enter 0 for one of them."))
        return self


class WhichProcedure(Input):
    """Which sending procedure."""

    id: int = field(N_("Sending procedure"), of="broadcasts.procedures")


@query("broadcasts.procedures", N_("See sending procedures"))
def procedures(tx: Transaction, _ask: Nothing) -> list[ProcedureRow]:
    """Return all sending procedures by name (N04)."""
    rows = tx.execute(select(SendingProcedure).order_by(SendingProcedure.name)).scalars()
    return [ProcedureRow.model_validate(row) for row in rows]


@operation("broadcasts.edit_procedure", N_("Make and edit sending procedures"), touches="sending_procedure")
def edit_procedure(tx: Transaction, ask: EditProcedure) -> ProcedureRow:
    """Make or change a sending procedure (送信手順編集, N04). Broadcasts that began with it keep their own copy.

    Raises:
        NotFound: when it was deleted meanwhile.
        Conflict: when somebody else saved it meanwhile.
        Refused: when another one has the name.
    """
    row = for_change(tx, SendingProcedure, ask.id, ask.version, GONE)
    require_free_name(tx, SendingProcedure, ask.name, ask.id, TAKEN)
    before = _noted(row) if ask.id else None
    with saving(tx, PROCEDURES, row):
        for name in ("name", *MINUTES.values(), "sms_cap_yen"):
            setattr(row, name, getattr(ask, name))
    tx.note(f"sending_procedure:{row.id}", before, _noted(row))
    return ProcedureRow.model_validate(row)


@operation("broadcasts.delete_procedure", N_("Delete sending procedures"), touches="sending_procedure")
def delete_procedure(tx: Transaction, ask: WhichProcedure) -> ProcedureRow:
    """Delete a sending procedure. Broadcasts that began with it go on as they began.

    Raises:
        NotFound: when it is gone already.
        Refused: when a rule for automatic broadcasts needs it.
    """
    row = for_change(tx, SendingProcedure, ask.id, None, GONE)
    gone = ProcedureRow.model_validate(row)
    with keeping(tx) as kept:
        kept.watch(PROCEDURES, [row.id])
        delete_unused(tx, row, USED)
    tx.note(f"sending_procedure:{gone.id}", gone.name, None)
    return gone


def follow(tx: Transaction, broadcast: Broadcast, procedure_id: int | None) -> None:
    """Give a broadcast the steps of a procedure; without one it goes by mail only.

    Raises:
        NotFound: when the procedure was deleted.
    """
    row = tx.get(SendingProcedure, procedure_id) if procedure_id else None
    if procedure_id and row is None:
        raise NotFound(N_("This sending procedure does not exist any more. Choose another one."))
    broadcast.procedure_id = procedure_id
    broadcast.waits = waits_of(row)
    broadcast.sms_cap_yen = row.sms_cap_yen if row else None


def first_channels(waits: Mapping[str, int]) -> tuple[list[delivery.Channel], list[delivery.Channel]]:
    """Return the channels of the first message, and those for whom these cannot reach."""
    return at_once(waits), otherwise(waits)


def waits_of(row: Any) -> dict[str, int]:
    """Return by channel after how many minutes it follows, as a broadcast keeps it; without a procedure, mail."""
    if row is None:
        return {delivery.Channel.MAIL.value: 0}
    found = {channel.value: getattr(row, name) for channel, name in MINUTES.items()}
    return {channel: minutes for channel, minutes in found.items() if minutes is not None}


def steps_of(waits: Mapping[str, int]) -> list[tuple[int, list[delivery.Channel]]]:
    """Return the moments in their order with the channels that follow then."""
    return [
        (minutes, [channel for channel in MINUTES if waits.get(channel) == minutes])
        for minutes in sorted(set(waits.values()))
    ]


def at_once(waits: Mapping[str, int]) -> list[delivery.Channel]:
    """Return the channels of the first message. SMS are never among them: they are counted and limited apart."""
    return [channel for channel in MINUTES if waits.get(channel) == 0 and channel is not delivery.Channel.SMS]


def otherwise(waits: Mapping[str, int]) -> list[delivery.Channel]:
    """Return the later channels that cost nothing: whom the first ones cannot reach does not wait for their turn."""
    later = [channel for channel in MINUTES if waits.get(channel, 0) and channel is not delivery.Channel.SMS]
    return sorted(later, key=lambda channel: waits[channel])


def seed_procedures(tx: Transaction) -> None:
    """Put in the samples that are not there yet; those that were edited stay as they are."""
    for key, name, minutes in SAMPLES:
        tx.execute(insert(SendingProcedure).values(sample=key, name=name, **minutes).on_conflict_do_nothing())


def _noted(row: SendingProcedure) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", *MINUTES.values(), "sms_cap_yen")}
