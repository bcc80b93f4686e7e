"""From bytes to a Telegram: what it is, from its head; what it says, by one reader for each family of bodies.

The readers stand beside this module (``earthquake``, ``tsunami``, ``weather``) and are called here and nowhere else.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from core.errors import Invalid
from core.i18n import N_
from services.safety.telegrams.document import aware_moment, find, open_report, text
from services.safety.telegrams.earthquake import Observed, read_hypocentres, read_observed
from services.safety.telegrams.kinds import (
    OBSERVED_INTENSITY,
    TSUNAMI_TRIGGERS,
    WEATHER_TRIGGERS,
    Kind,
    kind_of,
)
from services.safety.telegrams.model import InfoType, Status, Telegram
from services.safety.telegrams.tsunami import read_coasts
from services.safety.telegrams.weather import read_warned

DISTANT = "遠地地震"
SHOWN = 60
_STATUSES = {"通常": Status.NORMAL, "訓練": Status.DRILL, "試験": Status.TEST}
# 遅延, an issue that comes late, is in JMA's schema but for reports of fixed hours only.
_INFO_TYPES = {
    "発表": InfoType.ISSUE,
    "遅延": InfoType.ISSUE,
    "訂正": InfoType.CORRECTION,
    "取消": InfoType.CANCEL,
}


def parse(xml: bytes) -> Telegram:
    """Read a telegram of the Japan Meteorological Agency (D07).

    A JMA report of a kind not in ``Kind`` is read as far as its head goes. Raises Invalid, with a sentence that says
    what to do, for everything that is no whole JMA report.
    """
    report = open_report(xml)
    control, head, body = _part(report, "Control"), _part(report, "Head"), find(report, "Body")
    kind = kind_of(_required(control, "Title"))
    return Telegram(
        telegram=kind,
        status=_status(control),
        info_type=_info_type(head),
        event_ids=text(head, "EventID").split(),
        serial=text(head, "Serial") or None,
        title=text(control, "Title"),
        head_title=text(head, "Title"),
        headline=text(head, "Headline", "Text"),
        office=text(control, "PublishingOffice"),
        report_time=_moment(_required(head, "ReportDateTime")),
        target_time=_optional_moment(head, "TargetDateTime"),
        text=text(body, "Text"),
        distant=kind is Kind.HYPOCENTRE_AND_INTENSITY and text(head, "Title").startswith(DISTANT),
        hypocentres=read_hypocentres(body) if body is not None else [],
        **_said(body, kind),
    )


def _said(body: Element | None, kind: Kind) -> dict[str, Any]:
    """Return what the body says by the reader of its family; a body of another kind, or none, says nothing."""
    observed = Observed()
    if body is not None and kind in OBSERVED_INTENSITY:
        observed = read_observed(body)
    said = {one.name: getattr(observed, one.name) for one in fields(observed)}
    if body is not None and kind in TSUNAMI_TRIGGERS:
        coasts = read_coasts(body, kind)
        said |= {one.name: getattr(coasts, one.name) for one in fields(coasts)}
    if body is not None and kind in WEATHER_TRIGGERS:
        warned = read_warned(body)
        said |= {one.name: getattr(warned, one.name) for one in fields(warned)}
    return said


def _part(report: Element, name: str) -> Element:
    part = find(report, name)
    if part is None:
        raise _lacks(name)
    return part


def _required(part: Element, name: str) -> str:
    value = text(part, name)
    if not value:
        raise _lacks(name)
    return value


def _lacks(name: str) -> Invalid:
    message = N_("The telegram has no {name}, without which nobody can tell what it is. Fetch it again.")
    return Invalid(message, name=f"<{name}>")


def _status(control: Element) -> Status:
    found = _required(control, "Status")
    if found not in _STATUSES:
        raise Invalid(
            N_(
                "The telegram's status is “{found}”; 通常, 訓練 or 試験 was expected. It was not used, so as not to "
                "take a drill for the real thing: look at it, and send a broadcast by hand if it is real."
            ),
            found=found[:SHOWN],
        )
    return _STATUSES[found]


def _info_type(head: Element) -> InfoType:
    found = _required(head, "InfoType")
    if found not in _INFO_TYPES:
        raise Invalid(
            N_(
                "The telegram's type of information is “{found}”; 発表, 訂正 or 取消 was expected. It was not used: "
                "look at it, and send a broadcast by hand if it is needed."
            ),
            found=found[:SHOWN],
        )
    return _INFO_TYPES[found]


def _optional_moment(head: Element, name: str) -> datetime | None:
    found = text(head, name)
    return _moment(found) if found else None


def _moment(found: str) -> datetime:
    moment = aware_moment(found)
    if moment is None:
        raise Invalid(
            N_(
                "The telegram gives the time “{found}”, which is no time with an offset such as +09:00. Fetch it again."
            ),
            found=found[:SHOWN],
        )
    return moment
