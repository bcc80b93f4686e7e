"""みほんスタッフ株式会社: an invented staffing company with 500 people in six prefectures.

The same every time. Addresses end in example.com and example.jp, which nobody can receive. A few people are as
they are in real life: without a region, without any address, with a second department.
"""

from dataclasses import dataclass, field
from functools import cache
from random import Random

from data.demo.names import FAMILY, GIVEN

NAME = "みほんスタッフ株式会社"
PEOPLE = 500
SEED = 20260401

# Office: departments below it, and the municipalities in which its people live (more people where more are named).
OFFICES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "東京本社": (
        ("経営企画部", "総務部 / 総務課", "総務部 / 人事課", "営業本部 / 第一営業部 / 法人課", "営業本部 / 第一営業部 / 派遣課",
         "営業本部 / 第二営業部", "情報システム部"),
        ("1310100", "1310300", "1310400", "1310800", "1310900", "1410100", "1410300", "1410900"),
    ),
    "コールセンター": (
        ("在宅アポインターグループ", "クローザーグループ", "品質管理課"),
        ("1310500", "1310600", "1410400", "0410200", "4013200"),
    ),
    "仙台支店": (("営業課", "スタッフ管理課"), ("0410100", "0410200", "0410400")),
    "静岡支店": (("営業課", "スタッフ管理課", "浜松営業所"), ("2213800", "2213900", "2221300")),
    "大阪支店": (("営業課", "スタッフ管理課", "堺営業所"), ("2710300", "2710600", "2710900", "2714100")),
    "福岡支店": (("営業課", "スタッフ管理課"), ("4013200", "4013300", "4013700")),
}  # fmt: skip
SHARES = (
    ("東京本社", 170),
    ("コールセンター", 110),
    ("仙台支店", 50),
    ("静岡支店", 60),
    ("大阪支店", 70),
    ("福岡支店", 40),
)
FIRST_AID = "応急救護の担当者"


@dataclass(frozen=True)
class SamplePerson:
    """One invented person; ``departments`` are full names, the main one first."""

    code: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    departments: tuple[str, ...]
    areas: tuple[str, ...]
    mails: tuple[str, ...]
    mobile: str | None
    login: str | None
    role: str | None
    first_aid: bool
    mail_dead: bool = field(default=False)


@cache
def department_names() -> tuple[str, ...]:
    """Return the full names of all departments, each after the one above it."""
    found: dict[str, None] = {}
    for office, (below, _) in OFFICES.items():
        for full_name in (office, *(f"{office} / {name}" for name in below)):
            parts = full_name.split(" / ")
            for depth in range(1, len(parts) + 1):
                found[" / ".join(parts[:depth])] = None
    return tuple(found)


@cache
def people() -> tuple[SamplePerson, ...]:
    """Return the five hundred."""
    chance = Random(SEED)  # noqa: S311 - invented people, no secret
    return tuple(
        _person(chance, number, office, place)
        for number, (office, place) in enumerate(
            ((office, place) for office, share in SHARES for place in range(share)), start=1
        )
    )


def _person(chance: Random, number: int, office: str, place: int) -> SamplePerson:
    below, homes = OFFICES[office]
    family, given = chance.choice(FAMILY), chance.choice(GIVEN)
    main = office if place == 0 else f"{office} / {below[place % len(below)]}"
    second = (f"{office} / {chance.choice(below)}",) if chance.random() < 0.06 else ()
    work, private = f"s{number:04}@example.jp", f"s{number:04}.private@example.com"
    has_work_mail, has_private_mail = chance.random() < 0.9, chance.random() < 0.45
    return SamplePerson(
        code=f"{number:05}",
        family_name=family[0],
        given_name=given[0],
        family_kana=family[1],
        given_kana=given[1],
        departments=tuple(dict.fromkeys((main, *second))),
        areas=(chance.choice(homes),) if chance.random() < 0.97 else (),
        mails=tuple(mail for mail, has in ((work, has_work_mail), (private, has_private_mail)) if has),
        mobile=f"+81709999{number:04}" if chance.random() < 0.7 else None,
        login=f"s{number:04}" if has_work_mail else None,
        role=("manager" if place == 0 else "crisis_manager" if place == 1 else None) if has_work_mail else None,
        first_aid=place % 20 == 3,
        mail_dead=number % 125 == 0,
    )
