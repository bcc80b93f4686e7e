"""CSV files of invented people, departments, memberships and regions as a company's system would write them.

They are the same every time.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from random import Random

FAMILY = (
    ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("髙橋", "タカハシ"), ("田中", "タナカ"), ("伊藤", "イトウ"), ("渡邊", "ワタナベ"),
    ("山本", "ヤマモト"), ("中村", "ナカムラ"), ("小林", "コバヤシ"), ("加藤", "カトウ"), ("吉田", "ヨシダ"), ("山田", "ヤマダ"),
    ("佐々木", "ササキ"), ("松本", "マツモト"), ("井上", "イノウエ"), ("木村", "キムラ"), ("林", "ハヤシ"), ("斎藤", "サイトウ"),
    ("清水", "シミズ"), ("山﨑", "ヤマザキ"),
)  # fmt: skip
GIVEN = (
    ("翔太", "ショウタ"), ("美咲", "ミサキ"), ("健太", "ケンタ"), ("愛", "アイ"), ("誠", "マコト"), ("優子", "ユウコ"),
    ("浩", "ヒロシ"), ("葵", "アオイ"), ("亮", "リョウ"), ("直美", "ナオミ"), ("大輔", "ダイスケ"), ("恵", "メグミ"),
    ("拓也", "タクヤ"), ("陽子", "ヨウコ"), ("学", "マナブ"), ("さくら", "サクラ"),
)  # fmt: skip
HEADER = ("社員番号", "姓", "名", "姓カナ", "名カナ", "ログインID", "部署", "地域", "メール1", "メール2", "メール3", "携帯電話", "言語")  # fmt: skip
TOWNS = ("千代田区", "新宿区", "1310300", "横浜市中区", "仙台市青葉区", "静岡市葵区", "浜松市中央区", "大阪市北区", "福岡市博多区", "札幌市北区")  # fmt: skip
BRANCHES, SECTIONS = 20, 20
SEED = 20260401


def departments() -> list[tuple[str, ...]]:
    """Return the departments that the file names, each after the one above it."""
    tops = [(f"支店{branch}",) for branch in range(BRANCHES)]
    return [*tops, *((*top, f"第{section}課") for top in tops for section in range(SECTIONS))]


def departments_csv() -> bytes:
    """Return a CSV of the departments by code, each before the one that it lies below."""
    rows = [(_code(path), path[-1], _code(path[:-1])) for path in reversed(departments())]
    return _written(("部署コード", "部署名", "親部署コード"), rows)


def memberships_csv(people: int) -> bytes:
    """Return a CSV of where people belong as ``people_csv`` has it, but one of ten belongs somewhere else as well."""
    rows = []
    for number, row in enumerate(_people(people)):
        places = row[6].split("; ")
        moved = [*places, f"支店{number // 10 % BRANCHES}"] if number % 10 == 1 else places
        rows += [(row[0], place, "○" if place == places[0] else "") for place in dict.fromkeys(moved)]
    return _written(("社員番号", "部署", "主務"), rows)


def regions_csv(people: int) -> bytes:
    """Return a CSV of the regions of people as ``people_csv`` has them, but one of ten has another one as well."""
    rows = []
    for number, row in enumerate(_people(people)):
        more = ["名古屋市中区"] if number % 10 == 1 else []
        rows += [(row[0], region) for region in (row[7], *more)]
    return _written(("社員番号", "地域"), rows)


def people_csv(people: int) -> bytes:
    """Return a CSV of people: 1.1 departments, 1 region, 1.4 mail addresses, 0.7 mobile numbers, 0.5 accounts each."""
    return _written(HEADER, _people(people))


def _written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _code(path: tuple[str, ...]) -> str:
    return "-".join(part.strip("支店第課") for part in path)


def _people(people: int) -> Iterator[tuple[str, ...]]:
    chance = Random(SEED)
    return (_row(chance, number) for number in range(people))


def _row(chance: Random, number: int) -> tuple[str, ...]:
    (family, family_kana), (given, given_kana) = chance.choice(FAMILY), chance.choice(GIVEN)
    places = [
        f"支店{chance.randrange(BRANCHES)} / 第{chance.randrange(SECTIONS)}課" for _ in range(1 + (number % 10 == 0))
    ]
    return (
        f"{number:07}", family, given, family_kana, given_kana, f"u{number:07}" if number % 2 else "",
        "; ".join(places), chance.choice(TOWNS), f"u{number:07}@example.co.jp",
        f"private.{number:07}@example.com" if number % 5 < 2 else "", "",
        f"0{chance.choice('789')}0-{chance.randrange(1000, 10000)}-{number % 10000:04}" if number % 10 < 7 else "", "ja",
    )  # fmt: skip
