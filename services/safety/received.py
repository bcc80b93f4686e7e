"""Telegrams that came in (受信した電文, D07): the list, and one with its areas and what was decided."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import computed_field
from sqlalchemy import select

from core.errors import NotFound
from core.i18n import N_, _, language, listed
from core.inputs import Input, Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from core.words import word
from data.models.areas import Area
from data.models.broadcasts import Broadcast
from data.models.safety import Source, TelegramRecord, Verdict
from services.safety.cases import related_to
from services.safety.decisions import Decision
from services.safety.intensity import Intensity
from services.safety.received_alerts import (
    NOT_IN_TABLES,
    CoastShown,
    TideShown,
    WarnedShown,
    coasts_of,
    gravest,
    stations_of,
    warned_of,
)
from services.safety.telegrams import InfoType, Status, Telegram


class TelegramsAsk(PageAsk):
    """Which telegrams to list."""

    verdict: Verdict | None = field(N_("What was done"), default=None)


class TelegramRow(Row):
    """A telegram as the list shows it; ``reason`` is in the reader's language."""

    id: int
    received_at: datetime = field(N_("Received at"))
    source: Source = field(N_("Source"))
    kind: str
    status: Status
    info_type: InfoType
    title: str
    report_time: datetime = field(N_("Issued at"))
    max_intensity: Intensity | None = field(N_("Maximum intensity"))
    alert: str = field(N_("Warning"))
    verdict: Verdict = field(N_("What was done"))
    decisions: list[Decision]

    @computed_field(title=N_("Telegram"))  # type: ignore[prop-decorator]
    @property
    def name(self) -> str:
        """Return its title; a drill or test is never shown without that word, nor is a correction or cancel."""
        before = "" if self.status is Status.NORMAL else f"【{word(self.status)}】"
        after = "" if self.info_type is InfoType.ISSUE else f"（{word(self.info_type)}）"
        return f"{before}{self.title}{after}"

    @computed_field(title=N_("Why"))  # type: ignore[prop-decorator]
    @property
    def reason(self) -> str:
        """Return what was decided and why."""
        return " ".join(decision.text for decision in self.decisions)


class WhichTelegram(Input):
    """Which telegram."""

    id: int = field(N_("Telegram"), hidden=True)


class Place(Row):
    """An area or municipality; ``possible``: 5 lower or more is likely there, but no report came in (未入電)."""

    code: str
    name: str
    intensity: Intensity | None
    possible: bool


class TelegramShown(TelegramRow):
    """One telegram with its places, strongest first, the broadcasts it concerns, and others of the same event.

    ``unknown_kinds`` are warnings that our tables do not have, by JMA's code and name.
    """

    control_title: str
    headline: str
    text: str
    office: str
    hypocentre: str
    magnitude: str
    origin_time: datetime | None
    event_ids: list[str]
    areas: list[Place]
    municipalities: list[Place]
    coasts: list[CoastShown]
    tide_stations: list[TideShown]
    warned: list[WarnedShown]
    unknown_kinds: list[str]
    unreadable: list[str]
    broadcasts: dict[int, str]
    related: list[TelegramRow]


COLUMNS = [
    getattr(TelegramRecord, name)
    for name in (
        "id", "received_at", "source", "kind", "status", "info_type", "title", "report_time", "max_intensity",
        "verdict", "decisions",
    )
]  # fmt: skip
COLUMNS += [
    TelegramRecord.content["tsunami"].label("tsunami"),
    TelegramRecord.content["special_warnings"].label("special_warnings"),
]
ORDERS = {"received": [TelegramRecord.received_at, TelegramRecord.id]}


@query("safety.telegrams", N_("See the telegrams received"))
def telegrams(tx: Transaction, ask: TelegramsAsk) -> Page[TelegramRow]:
    """Return telegrams with what was decided and why, the latest first (D07)."""
    statement = select(*COLUMNS)
    if ask.verdict:
        statement = statement.where(TelegramRecord.verdict == ask.verdict)
    newest_first = ask.model_copy(update={"sort": ask.sort or "-received"})
    return fetch_page(tx, statement, newest_first, orders=ORDERS, make=_row)


@query("safety.telegram", N_("See one telegram"))
def telegram(tx: Transaction, ask: WhichTelegram) -> TelegramShown:
    """Return a telegram with the intensity of every place and what was decided (D07).

    Raises:
        NotFound: when there is none of this number.
    """
    row = tx.execute(select(*COLUMNS, TelegramRecord.content).where(TelegramRecord.id == ask.id)).first()
    if row is None:
        raise NotFound(N_("There is no such telegram. Go back to the list."))
    read = Telegram.model_validate(row.content)
    first = read.hypocentres[0] if read.hypocentres else None
    return TelegramShown(
        **_row(row).model_dump(),
        control_title=read.title,
        headline=read.headline,
        text=read.text,
        office=read.office,
        hypocentre=listed(dict.fromkeys(one.name for one in read.hypocentres if one.name)),
        magnitude=(first.magnitude or "") if first else "",
        origin_time=read.origin_time,
        event_ids=read.event_ids,
        areas=_places(tx, read.areas, read.possible_areas),
        municipalities=_places(tx, read.municipalities, read.municipalities_maybe),
        coasts=coasts_of(tx, read),
        tide_stations=stations_of(tx, read),
        warned=warned_of(tx, read),
        unknown_kinds=[f"{code} {name}".strip() for code, name in read.unknown_kinds.items()],
        unreadable=read.unreadable,
        broadcasts=_titles(tx, row.decisions),
        related=_related(tx, ask.id),
    )


def _row(row: Any) -> TelegramRow:
    alert = gravest(row.tsunami or {}, row.special_warnings or {})
    return TelegramRow.model_validate({**row._mapping, "alert": alert})


def _places(tx: Transaction, observed: Mapping[str, Intensity], possible: Iterable[str]) -> list[Place]:
    maybe = set(possible)
    codes = [*observed, *(maybe - set(observed))]
    name = Area.name if language() == "ja" else Area.name_en
    names = dict(tx.execute(select(Area.code, name).where(Area.code.in_(codes))).all())
    places = [
        Place(
            code=code, name=names.get(code) or _(NOT_IN_TABLES, code=code), intensity=observed.get(code),
            possible=code in maybe,
        )
        for code in codes
    ]  # fmt: skip
    return sorted(places, key=lambda place: (-_rank(place), place.code))


def _rank(place: Place) -> float:
    likely = Intensity.FIVE_LOWER.rank - 0.5 if place.possible else -1.0
    return max(float(place.intensity.rank) if place.intensity else -1.0, likely)


def _titles(tx: Transaction, decisions: list[dict[str, Any]]) -> dict[int, str]:
    ids = [one["broadcast_id"] for one in decisions if one["broadcast_id"] is not None]
    found = select(Broadcast.id, Broadcast.title).where(Broadcast.id.in_(ids)).order_by(Broadcast.id)
    return dict(tx.execute(found).all())


def _related(tx: Transaction, telegram_id: int) -> list[TelegramRow]:
    rows = tx.execute(
        select(*COLUMNS)
        .where(TelegramRecord.id.in_(related_to(telegram_id)), TelegramRecord.id != telegram_id)
        .order_by(TelegramRecord.report_time, TelegramRecord.id)
        .limit(50)
    )
    return [_row(row) for row in rows]
