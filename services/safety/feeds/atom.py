"""A page of JMA's feed (Atom, RFC 4287), read: which telegrams it names, of those that matter here.

The kind of a telegram stands in the file name of its link; feeds of old have names without it, there the title decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import httpx
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from core.errors import Unavailable
from core.i18n import N_
from services.safety.telegrams import Kind
from services.safety.telegrams.document import aware_moment, children, find, text
from services.safety.telegrams.kinds import (
    EARTHQUAKE_TRIGGERS,
    TSUNAMI_TRIGGERS,
    WEATHER_TRIGGERS,
    kind_of,
)

ATOM = "{http://www.w3.org/2005/Atom}feed"
WANTED = EARTHQUAKE_TRIGGERS | TSUNAMI_TRIGGERS | WEATHER_TRIGGERS
"""What a rule can act on; everything else that JMA issues is not fetched."""

LONGEST_URL, LONGEST_TITLE = 500, 200
_FILE = re.compile(r"_(?P<kind>[A-Z]{4}\d{2})(?:_[^/]*)?\.xml$")
_KINDS = {kind.value: kind for kind in Kind}
NO_FEED = N_("What came is no feed (Atom): an error page, or something else under its address.")
NO_TIME = N_("The feed is damaged: it names a telegram without its time or its address.")
ELSEWHERE = N_("The feed names a telegram on another machine ({host}), which was not fetched.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A telegram that a feed names. ``issued_at`` is JMA's time of it, in UTC."""

    url: str
    kind: Kind
    title: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: the telegrams in it that matter, and from when to when it reaches; None: it is empty.

    ``trouble`` is what was wrong with one of its entries; the others are there.
    """

    entries: list[Entry]
    oldest_at: datetime | None
    newest_at: datetime | None
    trouble: Unavailable | None


def read_feed(xml: bytes, address: httpx.URL) -> Feed:
    """Return what a feed at this address names.

    Raises:
        Unavailable: when it is no whole feed.
    """
    root = _parse(xml)
    found: list[Entry] = []
    times: list[datetime] = []
    trouble = None
    for entry in children(root, "entry"):
        try:
            times.append(_time(entry))
            found += _wanted(entry, address)
        except Unavailable as error:  # one entry that cannot be read must not hide the others
            trouble = error
    return Feed(found, min(times, default=None), max(times, default=None), trouble)


def _parse(xml: bytes) -> Element:
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise Unavailable(NO_FEED) from error
    if root.tag != ATOM:
        raise Unavailable(NO_FEED)
    return root


def _time(entry: Element) -> datetime:
    found = aware_moment(text(entry, "updated"))
    if found is None:
        raise Unavailable(NO_TIME)
    return found.astimezone(UTC)


def _wanted(entry: Element, address: httpx.URL) -> Iterator[Entry]:
    """Yield what an entry names, unless it is of a kind that does not matter here."""
    title, link = text(entry, "title"), next(_links(entry), "")
    named = _FILE.search(link)
    kind = _KINDS.get(named["kind"], Kind.UNKNOWN) if named else kind_of(title)
    if kind in WANTED:
        yield Entry(_whole(link, address), kind, title[:LONGEST_TITLE], _time(entry))


def _links(entry: Element) -> Iterator[str]:
    for link in children(entry, "link"):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            yield link.get("href", "").strip()
    if find(entry, "link") is None:
        yield text(entry, "id")


def _whole(link: str, address: httpx.URL) -> str:
    """Return the whole address of a telegram, asked for as the feed itself is: JMA writes http in some places."""
    try:
        url = address.join(link)
    except httpx.InvalidURL as error:
        raise Unavailable(NO_TIME) from error
    if url.host != address.host or url.scheme not in {"http", "https"} or url.userinfo:
        raise Unavailable(ELSEWHERE, host=url.host or "-")
    whole = str(url.copy_with(scheme=address.scheme, port=address.port, fragment=None))
    if not link or len(whole) > LONGEST_URL:
        raise Unavailable(NO_TIME)
    return whole
