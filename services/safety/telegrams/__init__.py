"""Telegrams of the Japan Meteorological Agency (気象庁防災情報XML): ``parse`` turns bytes into a ``Telegram`` (D07)."""

from services.safety.telegrams.alerts import SpecialWarning, TsunamiGrade, in_force
from services.safety.telegrams.kinds import Kind
from services.safety.telegrams.model import Hypocentre, InfoType, Status, Telegram, TideStation, WhyNot
from services.safety.telegrams.reading import parse

__all__ = [
    "Hypocentre", "InfoType", "Kind", "SpecialWarning", "Status", "Telegram", "TideStation", "TsunamiGrade", "WhyNot",
    "in_force", "parse",
]  # fmt: skip
