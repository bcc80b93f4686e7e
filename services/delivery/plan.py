"""Who would get what (配信計画): one statement, which the rehearsal counts and a mailing freezes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Case, ColumnElement, Select, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from data.models.delivery import Channel, DeliveryState
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from services.delivery.proved import unproved
from services.delivery.reasons import OFF, Reason

ADDRESS = r"^[!-;=?-~]+@[!-;=?-~]+$"
"""What may stand in an envelope and in a header as it is: visible ASCII without angle brackets."""

KINDS = {
    Channel.MAIL: ContactKind.MAIL,
    Channel.SMS: ContactKind.MOBILE,
    Channel.LINE: ContactKind.LINE,
    Channel.APP: ContactKind.APP,
}
"""Which contact points a channel reaches."""

MAIL_ONLY = (Channel.MAIL,)


def planned(
    people: Select[int],
    channels: Sequence[Channel] = MAIL_ONLY,
    otherwise: Sequence[Channel] = (),
    off: Collection[Channel] = (),
    unproved_since: datetime | None = None,
) -> Select[Any]:
    """Return a row for each person × contact point of the channels, and one for a person without any: the ledger to be.

    Whom none of ``channels`` reaches gets rows of the first of ``otherwise`` that does. By channels that are ``off``
    nothing is sent. ``people`` are person ids, each once. ``unproved_since``: only the contact points that nobody has
    shown to work since then. Columns: person_id, contact_point_id, channel, address, private, state, reason.
    """
    levels = dict.fromkeys(channels, 0)
    levels |= {channel: at for at, channel in enumerate(otherwise, 1) if channel not in levels}
    points = _points(people, levels, off, unproved_since)
    return points if max(levels.values()) == 0 else _first_that_reaches(points, channels[0])


def _points(
    people: Select[int], levels: dict[Channel, int], off: Collection[Channel], unproved_since: datetime | None
) -> Select[Any]:
    asked = people.subquery("asked")
    person_id = asked.c[0]
    by_kind = {KINDS[channel]: channel for channel in levels}
    reason = case(
        (ContactPoint.id.is_(None), _nothing(person_id, levels)),
        *[(ContactPoint.kind == KINDS[channel], literal(OFF[channel].value)) for channel in levels if channel in off],
        (ContactPoint.state == ContactState.DEAD, Reason.DEAD.value),
        (or_(ContactPoint.kind != ContactKind.MAIL, ContactPoint.value.regexp_match(ADDRESS)), null()),
        else_=Reason.BAD_ADDRESS.value,
    )
    columns: list[ColumnElement[Any]] = [
        person_id.label("person_id"),
        ContactPoint.id.label("contact_point_id"),
        _by_kind({kind: literal(channel.value) for kind, channel in by_kind.items()}).label("channel"),
        case((ContactPoint.id.is_not(None), ContactPoint.value), else_="").label("address"),
        func.coalesce(ContactPoint.origin == ContactOrigin.PERSON, literal(False)).label("private"),
        case((reason.is_(None), DeliveryState.WAITING.value), else_=DeliveryState.NOT_SENT.value).label("state"),
        reason.label("reason"),
    ]
    if max(levels.values()):
        columns.append(_by_kind({kind: literal(levels[channel]) for kind, channel in by_kind.items()}).label("level"))
    has = (ContactPoint.person_id == person_id) & ContactPoint.kind.in_(list(by_kind))
    if unproved_since is not None:
        has &= unproved(unproved_since)
    return select(*columns).select_from(asked).outerjoin(ContactPoint, has)


def _nothing(person_id: ColumnElement[int], levels: dict[Channel, int]) -> ColumnElement[str]:
    if list(levels) != [Channel.MAIL]:
        return literal(Reason.NOTHING.value)
    mobile = aliased(ContactPoint)
    has_mobile = select(1).where(mobile.person_id == person_id, mobile.kind == ContactKind.MOBILE).exists()
    return case((has_mobile, Reason.ONLY_MOBILE.value), else_=Reason.NO_CONTACT.value)


def _by_kind(said: dict[ContactKind, ColumnElement[Any]]) -> Case[Any]:
    first = next(iter(said.values()))
    return case(*[(ContactPoint.kind == kind, one) for kind, one in said.items()], else_=first)


def _first_that_reaches(points: Select[Any], first: Channel) -> Select[Any]:
    """Keep what everybody is reached by, and of the rest what reaches those for whom that is nothing."""
    point = points.subquery("point")
    person, by_level = point.c.person_id, (point.c.level, point.c.contact_point_id)
    works = point.c.reason.is_(None)
    every = select(
        *point.c,
        func.min(point.c.level).filter(works).over(partition_by=person).label("best"),
        func.min(point.c.level).over(partition_by=person).label("least"),
        func.row_number().over(partition_by=person, order_by=by_level).label("number"),
    ).subquery("every")
    there = or_(every.c.level == 0, every.c.level == every.c.best)
    none = and_(every.c.least > 0, every.c.best.is_(None))
    return select(
        every.c.person_id,
        case((there, every.c.contact_point_id)).label("contact_point_id"),
        case((there, every.c.channel), else_=first.value).label("channel"),
        case((there, every.c.address), else_="").label("address"),
        case((there, every.c.private), else_=literal(False)).label("private"),
        every.c.state,
        case((there, every.c.reason), else_=Reason.NOTHING.value).label("reason"),
    ).where(or_(there, and_(none, every.c.number == 1)))
