"""Make the CSV files beside this module anew from JMA's code tables, when JMA has changed them.

    python -m data.reference.build ../shared/data/jma/codes

Nothing at run time needs those tables. They have no header lines; their columns are described in ``README.md`` here.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from data.reference.areas import FOLDER, YES, Area, Municipality, Prefecture
from data.reference.build_units import PART_OF, WarningUnit, units_of
from data.reference.english import area_name, municipality_name

STATIONS = "AreaForecastLocalE_AreaInformationCity_PointSeismicIntensity.csv"
CITIES = "AreaInformationCity.csv"
PREFECTURES = "AreaInformationPrefectureEarthquake.csv"

# Kana and English names of the prefectures, which JMA's table lacks, in the order of their codes.
PREFECTURE_NAMES = """
ほっかいどう Hokkaido, あおもりけん Aomori, いわてけん Iwate, みやぎけん Miyagi, あきたけん Akita,
やまがたけん Yamagata, ふくしまけん Fukushima, いばらきけん Ibaraki, とちぎけん Tochigi, ぐんまけん Gunma,
さいたまけん Saitama, ちばけん Chiba, とうきょうと Tokyo, かながわけん Kanagawa, にいがたけん Niigata,
とやまけん Toyama, いしかわけん Ishikawa, ふくいけん Fukui, やまなしけん Yamanashi, ながのけん Nagano,
ぎふけん Gifu, しずおかけん Shizuoka, あいちけん Aichi, みえけん Mie, しがけん Shiga,
きょうとふ Kyoto, おおさかふ Osaka, ひょうごけん Hyogo, ならけん Nara, わかやまけん Wakayama,
とっとりけん Tottori, しまねけん Shimane, おかやまけん Okayama, ひろしまけん Hiroshima, やまぐちけん Yamaguchi,
とくしまけん Tokushima, かがわけん Kagawa, えひめけん Ehime, こうちけん Kochi, ふくおかけん Fukuoka,
さがけん Saga, ながさきけん Nagasaki, くまもとけん Kumamoto, おおいたけん Oita, みやざきけん Miyazaki,
かごしまけん Kagoshima, おきなわけん Okinawa
"""


def build(source: Path, target: Path) -> None:
    """Read JMA's tables in ``source`` and write ours to ``target``."""
    stations = list(_lines(source / STATIONS))
    prefectures = {one.code: one for one in _prefectures(_lines(source / PREFECTURES))}
    cities = {row[0]: row for row in _lines(source / CITIES)}
    _write(target / "prefectures.csv", prefectures.values())
    _write(target / "areas.csv", _areas(stations, prefectures))
    places = list(_municipalities(stations, cities, prefectures))
    _write(target / "municipalities.csv", places)
    _write(target / "warning_units.csv", units_of(places, cities))


def _prefectures(lines: Iterable[list[str]]) -> Iterator[Prefecture]:
    names = [entry.split() for entry in PREFECTURE_NAMES.split(",")]
    for (code, name, *_), (kana, english) in zip(sorted(lines), names, strict=True):
        yield Prefecture(code, name, kana, english)


def _areas(stations: Iterable[Sequence[str]], prefectures: dict[str, Prefecture]) -> Iterator[Area]:
    for code, name, kana, prefecture in sorted({(row[0], row[1], row[2], row[3][:2]) for row in stations}):
        where = prefectures[prefecture]
        yield Area(code, name, kana, area_name(name, kana, (where.name, where.kana, where.name_en)), prefecture)


def _municipalities(
    stations: Iterable[Sequence[str]], cities: Mapping[str, Sequence[str]], prefectures: dict[str, Prefecture]
) -> Iterator[Municipality]:
    for code, area in sorted({(row[3], row[0]) for row in stations}):
        row = cities[code]
        prefecture = prefectures[code[:2]]
        ward_of = _city_of_ward(row, prefecture, cities.values())
        name, kana = _own_name(row, ward_of)
        yield Municipality(
            code=code,
            jis=code[:5],
            name=name,
            seismic_name=row[13],
            kana=kana,
            name_en=municipality_name(name, kana, ward_of),
            area=area,
            prefecture=prefecture.code,
            ward=ward_of is not None,
            warning_unit=row[5] == YES,
        )


def _city_of_ward(
    row: Sequence[str], prefecture: Prefecture, cities: Iterable[Sequence[str]]
) -> tuple[str, str] | None:
    """Return name and kana of the designated city of which this is a ward."""
    if PART_OF not in row[1]:
        return None
    long_name = row[1].partition(PART_OF)[0]
    name = long_name.removeprefix(prefecture.name)
    kana = next(city[16] for city in cities if city[1] == long_name and city[16])
    return name, kana.removeprefix(prefecture.kana)


def _own_name(row: Sequence[str], ward_of: tuple[str, str] | None) -> tuple[str, str]:
    """Return name and kana as people write them, without the prefix that tells namesakes apart in telegrams."""
    if ward_of:
        city, city_kana = ward_of
        ward = row[1].partition(PART_OF)[2]
        shown_with_city_suffix = row[13].removesuffix(ward).endswith("市")
        before = city_kana if shown_with_city_suffix else city_kana.removesuffix("し")
        return city + ward, row[3] or city_kana + row[14].partition(before)[2]
    if row[0].endswith("00"):
        return row[2], row[3]
    return row[13], row[14]


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def _write(path: Path, rows: Iterable[Prefecture | Area | Municipality | WarningUnit]) -> None:
    records = [{name: _text(value) for name, value in asdict(row).items()} for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _text(value: str | bool) -> str:
    return value if isinstance(value, str) else str(int(value))


if __name__ == "__main__":
    build(Path(sys.argv[1]), FOLDER)
