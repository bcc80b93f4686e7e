"""English names for areas and municipalities, made by us from their Japanese names and kana: no list was at hand.

“石川県能登” becomes “Noto, Ishikawa”, “静岡県中部” “Central Shizuoka”, “札幌市中央区” “Chuo Ward, Sapporo City”.
"""

from data.reference.romaji import romaji

# Longest first: a name ends with at most one of them.
_DIRECTIONS = {
    "中・西部": ("ちゅうせいぶ", "Central and Western"),
    "中北部": ("ちゅうほくぶ", "North-central"),
    "中東部": ("ちゅうとうぶ", "East-central"),
    "中南部": ("ちゅうなんぶ", "South-central"),
    "中西部": ("ちゅうせいぶ", "West-central"),
    "北東部": ("ほくとうぶ", "Northeastern"),
    "北西部": ("ほくせいぶ", "Northwestern"),
    "南東部": ("なんとうぶ", "Southeastern"),
    "南西部": ("なんせいぶ", "Southwestern"),
    "北部": ("ほくぶ", "Northern"),
    "東部": ("とうぶ", "Eastern"),
    "南部": ("なんぶ", "Southern"),
    "西部": ("せいぶ", "Western"),
    "中部": ("ちゅうぶ", "Central"),
}
# What kana and direction alone would not make readable; the prefecture is appended where it is not named.
_AREAS = {
    "北海道奥尻島": "Okushiri Island",
    "北海道利尻礼文": "Rishiri and Rebun",
    "岩手県沿岸北部": "Northern Coast",
    "岩手県沿岸南部": "Southern Coast",
    "岩手県内陸北部": "Northern Inland",
    "岩手県内陸南部": "Southern Inland",
    "秋田県沿岸北部": "Northern Coast",
    "秋田県沿岸南部": "Southern Coast",
    "秋田県内陸北部": "Northern Inland",
    "秋田県内陸南部": "Southern Inland",
    "青森県三八上北": "Sanpachi-Kamikita",
    "東京都２３区": "23 Wards",
    "伊豆大島": "Izu Oshima",
    "山梨県東部・富士五湖": "Eastern Part and Fuji Five Lakes",
    "兵庫県淡路島": "Awaji Island",
    "福岡県福岡": "Fukuoka Area",
    "熊本県熊本": "Kumamoto Area",
    "熊本県天草・芦北": "Amakusa and Ashikita",
    "長崎県島原半島": "Shimabara Peninsula",
    "宮崎県北部平野部": "Northern Plains",
    "宮崎県北部山沿い": "Northern Foothills",
    "宮崎県南部平野部": "Southern Plains",
    "宮崎県南部山沿い": "Southern Foothills",
    "鹿児島県十島村": "Toshima Village",
    "沖縄県本島北部": "Northern Main Island",
    "沖縄県本島中南部": "South-central Main Island",
}
_MUNICIPALITIES = {
    "佐世保市宇久島": "Sasebo City (Ukujima)",
    "薩摩川内市甑島": "Satsumasendai City (Koshikishima)",
}
_SUFFIXES = {
    "市": (("し",), "City"),
    "区": (("く",), "Ward"),
    "町": (("ちょう", "まち"), "Town"),
    "村": (("むら", "そん"), "Village"),
}


def area_name(name: str, kana: str, prefecture: tuple[str, str, str]) -> str:
    """Return an area's English name; ``prefecture`` is its name, kana and English name."""
    where, where_kana, where_en = prefecture
    if name in _AREAS:
        return f"{_AREAS[name]}, {where_en}"
    place, place_kana = name.removeprefix(where), kana.removeprefix(where_kana) if name.startswith(where) else kana
    direction = ""
    for ending, (ending_kana, english) in _DIRECTIONS.items():
        if place.endswith(ending):
            place, place_kana, direction = place.removesuffix(ending), place_kana.removesuffix(ending_kana), english
            break
    if not place:
        return f"{direction} {where_en}".strip()
    return f"{direction} {romaji(place_kana.removesuffix('ちほう'))}, {where_en}".strip()


def municipality_name(name: str, kana: str, city: tuple[str, str] | None = None) -> str:
    """Return a municipality's English name; for a ward ``city`` is the name and kana of its city."""
    if name in _MUNICIPALITIES:
        return _MUNICIPALITIES[name]
    if city:
        own = municipality_name(name.removeprefix(city[0]), kana.removeprefix(city[1]))
        return f"{own}, {municipality_name(*city)}"
    endings, english = _SUFFIXES[name[-1]]
    stem = next(kana.removesuffix(ending) for ending in endings if kana.endswith(ending))
    return f"{romaji(stem)} {english}"
