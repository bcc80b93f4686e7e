"""Telegrams of the Japan Meteorological Agency (気象庁防災情報XML): ``parse`` turns bytes into a ``Telegram`` (D07)."""

from services.safety.telegrams.kinds import Kind
from services.safety.telegrams.model import Hypocentre, InfoType, Status, Telegram, WhyNot
from services.safety.telegrams.reading import parse

__all__ = ["Hypocentre", "InfoType", "Kind", "Status", "Telegram", "WhyNot", "parse"]
