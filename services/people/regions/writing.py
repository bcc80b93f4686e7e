"""One writing for names of places, however they were typed: widths, kana, old letters, the small ヶ (表記ゆれ)."""

import re
import unicodedata

from core.text import katakana

# Old, variant and mistyped letters, each beside the one that stands for all of them. Not one of Japan's municipalities
# becomes another one by it; a test compares them all.
ALIKE = {
    "ヶ": "ケ", "ガ": "ケ", "箇": "ケ", "ヵ": "ケ", "ッ": "ツ", "之": "ノ", "乃": "ノ", "龍": "竜", "瀧": "滝",
    "澤": "沢", "濱": "浜", "濵": "浜", "廣": "広", "國": "国", "邊": "辺", "邉": "辺", "櫻": "桜", "嶋": "島",
    "嶌": "島", "冨": "富", "舘": "館", "穗": "穂", "曾": "曽", "瀨": "瀬", "榮": "栄", "龜": "亀", "澁": "渋",
    "蘆": "芦", "葦": "芦", "祗": "祇", "彌": "弥", "與": "与", "餘": "余", "眞": "真", "帶": "帯", "豐": "豊",
    "關": "関", "嶽": "岳", "寶": "宝", "檮": "梼", "壷": "壺", "麴": "麹", "籠": "篭", "礪": "砺", "鯵": "鰺",
    "竈": "釜", "竃": "釜", "﨑": "崎", "嵜": "崎", "碕": "崎", "髙": "高", "條": "条", "惠": "恵", "鹽": "塩",
    "會": "会", "槇": "槙", "萬": "万", "圓": "円", "德": "徳", "黑": "黒", "靑": "青", "淸": "清", "橫": "横",
    "曻": "昇", "檜": "桧", "藪": "薮", "莊": "荘", "庄": "荘", "鄕": "郷", "將": "将", "稻": "稲", "當": "当",
    "繩": "縄", "學": "学", "縣": "県", "區": "区", "鄉": "郷", "鹼": "鹸", "來": "来", "勵": "励", "傳": "伝",
    "假": "仮", "佛": "仏", "氣": "気", "體": "体", "對": "対", "應": "応", "鐵": "鉄", "鷗": "鴎", "頸": "頚",
    "鶯": "鴬", "樣": "様", "專": "専", "賴": "頼", "藥": "薬", "壽": "寿", "團": "団",
}  # fmt: skip
FOLDS = str.maketrans(ALIKE)
DROPPED = re.compile(r"[\s、,，。・\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


def folded(written: str) -> str:
    """Return a name in the writing in which names are compared: without spaces, in katakana, in today's letters."""
    text = DROPPED.sub("", unicodedata.normalize("NFKC", written)).casefold()
    return katakana(text).translate(FOLDS)
