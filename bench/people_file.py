"""A CSV of invented people as a company's system would write it; the same every time."""

import csv
import io
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


def people_csv(people: int) -> bytes:
    """Return a CSV of people: 1.1 departments, 1 region, 1.4 mail addresses, 0.7 mobile numbers, 0.5 accounts each."""
    chance = Random(SEED)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number in range(people):
        writer.writerow(_row(chance, number))
    return text.getvalue().encode("utf-8-sig")


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
