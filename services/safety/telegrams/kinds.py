"""Which telegram it is (データ種類コード, as VXSE53): the code is not in the XML, JMA's title in Control tells it."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of telegram that matter for safety confirmation; any other JMA report is UNKNOWN and starts nothing."""

    EEW_DELIVERY_TEST = "VXSE42"
    EEW_WARNING = "VXSE43"
    EEW_FORECAST = "VXSE44"
    EEW_MOTION_FORECAST = "VXSE45"
    INTENSITY_FLASH = "VXSE51"
    HYPOCENTRE = "VXSE52"
    HYPOCENTRE_AND_INTENSITY = "VXSE53"
    SEISMIC_ACTIVITY = "VXSE56"
    QUAKE_COUNTS = "VXSE60"
    HYPOCENTRE_UPDATE = "VXSE61"
    LONG_PERIOD_MOTION = "VXSE62"
    TSUNAMI_WARNING = "VTSE41"
    TSUNAMI_INFORMATION = "VTSE51"
    TSUNAMI_OFFSHORE = "VTSE52"
    WARNING_2013 = "VPWW53"
    WARNING_2015 = "VPWW54"
    WARNING_RAIN = "VPWW55"
    WARNING_LANDSLIDE = "VPWW56"
    WARNING_STORM_SURGE = "VPWW57"
    WARNING_WIND = "VPWW58"
    WARNING_WAVES = "VPWW59"
    WARNING_SNOW = "VPWW60"
    WARNING_OTHER = "VPWW61"
    WARNING_SUMMARY = "VPWS50"
    WARNING_TIMELINE = "VPWP50"
    SPECIAL_WARNING_NOTICE = "VPNO50"
    UNKNOWN = "unknown"


# Observed intensity by area: what a rule for earthquakes may act on.
EARTHQUAKE_TRIGGERS = frozenset({Kind.INTENSITY_FLASH, Kind.HYPOCENTRE_AND_INTENSITY})
EARTHQUAKE_FORECASTS = frozenset(
    {Kind.EEW_DELIVERY_TEST, Kind.EEW_WARNING, Kind.EEW_FORECAST, Kind.EEW_MOTION_FORECAST}
)
# Warnings with their areas, and observed heights: what a rule for tsunamis may act on.
TSUNAMI_TRIGGERS = frozenset({Kind.TSUNAMI_WARNING, Kind.TSUNAMI_INFORMATION})
# Warnings by municipality, in the forms until about 2028 (53, 54) and since May 2026 (55 to 61), not their summaries.
WEATHER_TRIGGERS = frozenset(
    {
        Kind.WARNING_2013,
        Kind.WARNING_2015,
        Kind.WARNING_RAIN,
        Kind.WARNING_LANDSLIDE,
        Kind.WARNING_STORM_SURGE,
        Kind.WARNING_WIND,
        Kind.WARNING_WAVES,
        Kind.WARNING_SNOW,
        Kind.WARNING_OTHER,
    }
)
OBSERVED_INTENSITY = EARTHQUAKE_TRIGGERS | {Kind.LONG_PERIOD_MOTION}

_BY_TITLE = {
    "緊急地震速報配信テスト": Kind.EEW_DELIVERY_TEST,
    "緊急地震速報（警報）": Kind.EEW_WARNING,
    "緊急地震速報（予報）": Kind.EEW_FORECAST,
    "緊急地震速報（地震動予報）": Kind.EEW_MOTION_FORECAST,
    "震度速報": Kind.INTENSITY_FLASH,
    "震源に関する情報": Kind.HYPOCENTRE,
    "震源・震度に関する情報": Kind.HYPOCENTRE_AND_INTENSITY,
    "地震の活動状況等に関する情報": Kind.SEISMIC_ACTIVITY,
    "地震回数に関する情報": Kind.QUAKE_COUNTS,
    "顕著な地震の震源要素更新のお知らせ": Kind.HYPOCENTRE_UPDATE,
    "長周期地震動に関する観測情報": Kind.LONG_PERIOD_MOTION,
    "津波警報・注意報・予報a": Kind.TSUNAMI_WARNING,
    "津波情報a": Kind.TSUNAMI_INFORMATION,
    "沖合の津波観測に関する情報": Kind.TSUNAMI_OFFSHORE,
    "気象特別警報・警報・注意報": Kind.WARNING_2013,
    "気象警報・注意報（Ｈ２７）": Kind.WARNING_2015,
    "気象警報・注意報（Ｒ０６）（大雨）": Kind.WARNING_RAIN,
    "気象警報・注意報（Ｒ０６）（土砂）": Kind.WARNING_LANDSLIDE,
    "気象警報・注意報（Ｒ０６）（土砂災害）": Kind.WARNING_LANDSLIDE,
    "気象警報・注意報（Ｒ０６）（高潮）": Kind.WARNING_STORM_SURGE,
    "気象警報・注意報（Ｒ０６）（暴風）": Kind.WARNING_WIND,
    "気象警報・注意報（Ｒ０６）（波浪）": Kind.WARNING_WAVES,
    "気象警報・注意報（Ｒ０６）（大雪）": Kind.WARNING_SNOW,
    "気象警報・注意報（Ｒ０６）（その他注意報）": Kind.WARNING_OTHER,
    "気象警報・注意報（Ｒ０６）（集約通報）": Kind.WARNING_SUMMARY,
    "気象警報・注意報時系列情報（Ｒ０６）": Kind.WARNING_TIMELINE,
    "気象特別警報報知": Kind.SPECIAL_WARNING_NOTICE,
}


def kind_of(control_title: str) -> Kind:
    """Return the kind that a title in Control stands for; UNKNOWN for a title that is not in the list."""
    return _BY_TITLE.get(control_title, Kind.UNKNOWN)
