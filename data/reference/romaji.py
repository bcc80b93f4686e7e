"""Kana to Latin letters, for place names: Hepburn without marks on long vowels, as JMA writes them (Osaka, Kochi)."""

import re

_SINGLE = {
    "あ": "a", "い": "i", "う": "u", "え": "e", "お": "o",
    "か": "ka", "き": "ki", "く": "ku", "け": "ke", "こ": "ko",
    "さ": "sa", "し": "shi", "す": "su", "せ": "se", "そ": "so",
    "た": "ta", "ち": "chi", "つ": "tsu", "て": "te", "と": "to",
    "な": "na", "に": "ni", "ぬ": "nu", "ね": "ne", "の": "no",
    "は": "ha", "ひ": "hi", "ふ": "fu", "へ": "he", "ほ": "ho",
    "ま": "ma", "み": "mi", "む": "mu", "め": "me", "も": "mo",
    "や": "ya", "ゆ": "yu", "よ": "yo",
    "ら": "ra", "り": "ri", "る": "ru", "れ": "re", "ろ": "ro",
    "わ": "wa", "を": "o", "ん": "n",
    "が": "ga", "ぎ": "gi", "ぐ": "gu", "げ": "ge", "ご": "go",
    "ざ": "za", "じ": "ji", "ず": "zu", "ぜ": "ze", "ぞ": "zo",
    "だ": "da", "ぢ": "ji", "づ": "zu", "で": "de", "ど": "do",
    "ば": "ba", "び": "bi", "ぶ": "bu", "べ": "be", "ぼ": "bo",
    "ぱ": "pa", "ぴ": "pi", "ぷ": "pu", "ぺ": "pe", "ぽ": "po",
}  # fmt: skip
_GLIDES = {"ゃ": "a", "ゅ": "u", "ょ": "o"}

# Names that the rules would get wrong: two vowels that meet at the border of two words are no long vowel.
_IRREGULAR = {
    "かつうら": "Katsuura",
    "こうみ": "Koumi",
    "ことうら": "Kotoura",
    "さんようおのだ": "Sanyo-Onoda",
    "せとうち": "Setouchi",
    "そお": "Soo",
    "たきのうえ": "Takinoue",
    "とようら": "Toyoura",
    "とよおか": "Toyooka",
    "なちかつうら": "Nachikatsuura",
    "ひろお": "Hiroo",
    "まつうら": "Matsuura",
    "みなみあるぷす": "Minami-Alps",
    "みのお": "Minoo",
    "やまのうち": "Yamanouchi",
    "わのうち": "Wanouchi",
}
_SYLLABLE = re.compile(r"[きしちにひみりぎじびぴ][ゃゅょ]|.")
_LONG = re.compile(r"(?<=o)[uo]|(?<=u)u")


def romaji(kana: str) -> str:
    """Return hiragana in Latin letters with a capital first letter; raises ValueError for what is no hiragana."""
    if kana in _IRREGULAR:
        return _IRREGULAR[kana]
    letters = ""
    doubled = False
    for syllable in _SYLLABLE.findall(kana):
        if syllable == "っ":
            doubled = True
            continue
        sound = _sound(syllable)
        if doubled:
            sound = ("t" if sound.startswith("ch") else sound[0]) + sound
            doubled = False
        if letters.endswith("n") and sound[0] in "aiueoy":
            letters += "'"
        letters = _joined(letters, sound)
    return letters.replace("~", "").capitalize()


def _joined(letters: str, sound: str) -> str:
    """Append a sound; the second half of a long vowel is dropped, and “~” keeps a third vowel from joining it."""
    if _LONG.fullmatch(letters + sound, len(letters)):
        return letters + "~"
    return letters + sound


def _sound(syllable: str) -> str:
    if len(syllable) == 1:
        if syllable not in _SINGLE:
            raise ValueError(f"not hiragana: {syllable!r}")
        return _SINGLE[syllable]
    consonant = _SINGLE[syllable[0]][:-1]
    glide = "" if consonant in {"sh", "ch", "j"} else "y"
    return consonant + glide + _GLIDES[syllable[1]]
