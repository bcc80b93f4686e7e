"""JMA's data site, for real over loopback: four feeds and the telegrams that they name, at a time of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.http_sink import Got, HttpSink

Said = tuple[int, Mapping[str, str], bytes]
FEEDS, DATA = "/developer/xml/feed/", "/developer/xml/data/"
ENTRY = """<entry><title>{title}</title><id>{id}</id><updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated>
<author><name>気象庁</name></author><link type="application/xml" href="{href}"/>
<content type="text">…</content></entry>"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" lang="ja"><title>高頻度</title><updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated>
<id>{base}#short_1</id><link rel="self" href="{base}"/>
{entries}
</feed>"""
TITLES = {"VXSE51": "震度速報", "VXSE53": "震源・震度に関する情報", "VTSE41": "津波警報・注意報・予報a"}


@dataclass(frozen=True)
class Named:
    """An entry of a feed."""

    at: datetime
    title: str
    href: str
    id: str


@dataclass
class Jma:
    """What JMA's server says. ``instead`` answers for a path, ``at`` is its time, ``ages`` when each feed changed."""

    sink: HttpSink
    at: datetime
    feeds: dict[str, list[Named]] = field(default_factory=lambda: {name: [] for name in ("eqvol", "extra")})
    long: dict[str, list[Named]] = field(default_factory=lambda: {"eqvol_l": [], "extra_l": []})
    issued: dict[str, list[Named]] = field(default_factory=lambda: {"eqvol": [], "extra": []})
    telegrams: dict[str, bytes] = field(default_factory=dict)
    ages: dict[str, datetime] = field(default_factory=dict)
    instead: dict[str, Said] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Answer, with something in both feeds that does not matter to anybody."""
        self.sink.answer = self.answer
        for name, kind in (("eqvol", "VFVO53"), ("extra", "VPZU50")):
            self.issue(b"<a/>", kind, self.at - timedelta(hours=1), feed=name)
        self.make_long()

    @property
    def base(self) -> str:
        """Return where the feeds are."""
        return f"http://127.0.0.1:{self.sink.port}{FEEDS}"

    @property
    def asked(self) -> list[str]:
        """Return the files that were asked for, in order."""
        return [got.path.rpartition("/")[2] for got in self.sink.got]

    @property
    def fetched(self) -> list[str]:
        """Return the telegrams that were asked for, in order."""
        return [got.path.rpartition("/")[2] for got in self.sink.got if got.path.startswith(DATA)]

    def issue(self, xml: bytes, kind: str, at: datetime | None = None, feed: str = "eqvol", **said: str) -> str:
        """Issue a telegram now, or at another time, and return the name of its file."""
        at = at or self.at
        name = f"{at.astimezone(UTC):%Y%m%d%H%M%S}_{len(self.telegrams)}_{kind}_010000.xml"
        href = f"http://127.0.0.1:{self.sink.port}{DATA}{name}"
        self.telegrams[name] = xml
        named = Named(at, said.get("title", TITLES.get(kind, kind)), said.get("href", href), href)
        self.feeds[feed].insert(0, named)
        self.issued[feed].insert(0, named)
        self.ages[feed] = max(self.at, self.ages.get(feed, self.at)) + timedelta(seconds=1)
        return name

    def pass_time(self, passed: timedelta) -> None:
        """Let time pass: the feeds of every minute lose what is older than ten minutes, unless nothing newer came."""
        self.at += passed
        for name, entries in self.feeds.items():
            young = [one for one in entries if one.at > self.at - timedelta(minutes=10)]
            self.feeds[name] = young or entries[:1]

    def make_long(self) -> None:
        """Make the feeds of many days anew, as JMA does once an hour."""
        for name, entries in self.issued.items():
            self.long[f"{name}_l"] = list(entries)
            self.ages[f"{name}_l"] = self.at

    def answer(self, got: Got) -> Said:
        """Answer one question."""
        file = got.path.rpartition("/")[2]
        date = {"date": format_datetime(self.at.astimezone(UTC), usegmt=True)}
        if file in self.instead:
            code, headers, body = self.instead[file]
            return code, date | dict(headers), body
        if got.path.startswith(DATA):
            return (200, date, self.telegrams[file]) if file in self.telegrams else (404, date, b"")
        return self._feed(file.removesuffix(".xml"), got, date)

    def _feed(self, name: str, got: Got, date: dict[str, str]) -> Said:
        modified = format_datetime(self.ages[name].astimezone(UTC), usegmt=True)
        if got.headers.get("if-modified-since") == modified:
            return 304, date, b""
        entries = self.long[name] if name in self.long else self.feeds[name]
        said = "\n".join(ENTRY.format(**vars(one)) for one in entries)
        body = FEED.format(at=self.at, base=f"{self.base}{name}.xml", entries=said)
        return 200, date | {"last-modified": modified}, body.encode()
