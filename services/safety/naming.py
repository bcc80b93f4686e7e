"""What an automatic broadcast is called (件名): what happened, where, how strong, when."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.clock import jst
from core.i18n import DEFAULT_LANGUAGE, N_, _, language, listed, using_language
from core.transaction import Transaction
from data.models.areas import Area
from data.models.safety import Rule, RuleKind
from services.safety.families import case_kind
from services.safety.intensity import Intensity
from services.safety.places import places_of
from services.safety.reaching import strength, strongest
from services.safety.saying import threshold_label
from services.safety.telegrams import SpecialWarning, Telegram
from services.safety.telegrams.kinds import WEATHER_TRIGGERS

MOST_PLACES = 3
LONGEST_HYPOCENTRE = 40


def title_of(
    tx: Transaction, rule: Rule, telegram: Telegram, hits: Mapping[str, Any], said_in: str = DEFAULT_LANGUAGE
) -> str:
    """Return the title in a language, for instance 「静岡県で震度6弱の地震（08/11 05:07）」.

    ``hits`` are the areas that reach the rule, places without a report counted. What comes out of the telegram is kept
    to one short line without braces, since it goes into subjects and texts with fields.
    """
    most = strongest(rule.kind, hits)
    gravest = {code: value for code, value in hits.items() if strength(rule.kind, value) == strength(rule.kind, most)}
    with using_language(said_in):
        values = {"place": _places(tx, rule.kind, gravest), "time": jst(_when(telegram)).strftime("%m/%d %H:%M")}
        match rule.kind:
            case RuleKind.EARTHQUAKE:
                return _earthquake(telegram, Intensity(most), values)
            case RuleKind.TSUNAMI:
                return _(N_("Tsunami: {grade} for {place} ({time})"), grade=threshold_label(most), **values)
            case _:
                kinds = listed(SpecialWarning(code).label for code in sorted(set(hits.values())))
                return _(N_("Weather: {kinds} for {place} ({time})"), kinds=kinds, **values)


def _earthquake(telegram: Telegram, most: Intensity, values: Mapping[str, str]) -> str:
    said = {**values, "intensity": _said(telegram, most)}
    hypocentre = _one_line(next((one.name for one in telegram.hypocentres if one.name), ""))
    if hypocentre and language() == DEFAULT_LANGUAGE:  # JMA names it in Japanese
        return _(N_("Earthquake at {hypocentre}: {intensity} in {place} ({time})"), hypocentre=hypocentre, **said)
    return _(N_("Earthquake: {intensity} in {place} ({time})"), **said)


def _when(telegram: Telegram) -> datetime:
    """Return when an earthquake was; what JMA warns of is told by when it warned."""
    if case_kind(telegram) is not RuleKind.EARTHQUAKE or telegram.telegram in WEATHER_TRIGGERS:
        return telegram.report_time
    return telegram.origin_time or telegram.target_time or telegram.report_time


def _said(telegram: Telegram, strongest: Intensity) -> str:
    """Return the intensity in words; where nothing was observed so strong, it is possible only (未入電)."""
    if telegram.max_intensity is not None and telegram.max_intensity >= strongest:
        return strongest.label
    return _(N_("possibly {intensity} or more"), intensity=strongest.label)


def _places(tx: Transaction, kind: RuleKind, hits: Mapping[str, Any]) -> str:
    """Return the prefectures of areas; JMA's areas of islands and parts are too fine for a subject."""
    between, prefecture = aliased(Area), aliased(Area)
    called = prefecture.name if language() == DEFAULT_LANGUAGE else prefecture.name_en
    names = list(
        tx.execute(
            select(called)
            .join(between, (between.parent_code == prefecture.code) & prefecture.parent_code.is_(None))
            .join(Area, (Area.code == between.code) | (Area.parent_code == between.code))
            .where(Area.code.in_(places_of(tx, kind, hits)))
            .group_by(prefecture.code, called)
            .order_by(prefecture.code)
        ).scalars()
    )
    if not names:
        return _(N_("an area that is not in the tables"))
    joined = ("・" if language() == DEFAULT_LANGUAGE else ", ").join(names[:MOST_PLACES])
    return joined if len(names) <= MOST_PLACES else _(N_("{places} and elsewhere"), places=joined)


def _one_line(text: str) -> str:
    """Return a text from outside as one short line without braces and control characters."""
    plain = re.sub(r"[{}\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return " ".join(plain.split())[:LONGEST_HYPOCENTRE]
