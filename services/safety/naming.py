"""What a broadcast about an earthquake is called (件名): where it was, how strong, when."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.clock import jst
from core.i18n import DEFAULT_LANGUAGE, N_, _, using_language
from core.transaction import Transaction
from data.models.areas import Area
from services.safety.intensity import Intensity
from services.safety.telegrams import Telegram

MOST_PLACES = 3
LONGEST_HYPOCENTRE = 40


def title_of(tx: Transaction, telegram: Telegram, areas: Mapping[str, Intensity]) -> str:
    """Return the title, in the organisation's language, for instance 「静岡県で震度6弱の地震（08/11 05:07）」.

    ``areas`` are those that concern the rule, places without a report counted. What comes out of the telegram is kept
    to one short line without braces, since it goes into subjects and texts with fields.
    """
    strongest = max(areas.values())
    with using_language(DEFAULT_LANGUAGE):
        values: dict[str, object] = {
            "place": _places(tx, [code for code, found in areas.items() if found == strongest]),
            "intensity": _said(telegram, strongest),
            "time": jst(_when(telegram)).strftime("%m/%d %H:%M"),
        }
        hypocentre = _one_line(next((one.name for one in telegram.hypocentres if one.name), ""))
        if hypocentre:
            return _(N_("Earthquake at {hypocentre}: {intensity} in {place} ({time})"), hypocentre=hypocentre, **values)
        return _(N_("Earthquake: {intensity} in {place} ({time})"), **values)


def _when(telegram: Telegram) -> datetime:
    return telegram.origin_time or telegram.target_time or telegram.report_time


def _said(telegram: Telegram, strongest: Intensity) -> str:
    """Return the intensity in words; where nothing was observed so strong, it is possible only (未入電)."""
    if telegram.max_intensity is not None and telegram.max_intensity >= strongest:
        return strongest.label
    return _(N_("possibly {intensity} or more"), intensity=strongest.label)


def _places(tx: Transaction, codes: list[str]) -> str:
    """Return the prefectures of areas; JMA's areas of islands and parts are too fine for a subject."""
    prefecture = aliased(Area)
    names = list(
        tx.execute(
            select(prefecture.name)
            .join(Area, Area.parent_code == prefecture.code)
            .where(Area.code.in_(codes))
            .group_by(prefecture.code)
            .order_by(prefecture.code)
        ).scalars()
    )
    if not names:
        return _(N_("an area that is not in the tables"))
    joined = "・".join(names[:MOST_PLACES])
    return joined if len(names) <= MOST_PLACES else _(N_("{places} and elsewhere"), places=joined)


def _one_line(text: str) -> str:
    """Return a text from outside as one short line without braces and control characters."""
    plain = re.sub(r"[{}\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return " ".join(plain.split())[:LONGEST_HYPOCENTRE]
