"""One own field of each kind on the stage."""

from services.fields import OwnKind, add_field
from services.fields.edit import NewField

KINDS = {
    "note": {"kind": OwnKind.TEXT, "label_ja": "備考"},
    "pay": {"kind": OwnKind.NUMBER, "label_ja": "時給", "decimals": 2},
    "until": {"kind": OwnKind.DATE, "label_ja": "契約終了日", "label_en": "Contract until"},
    "size": {"kind": OwnKind.CHOICE, "label_ja": "制服", "choices": ["S | 小 | Small", "M | 中 | Medium", "L"]},
    "skills": {"kind": OwnKind.CHOICES, "label_ja": "資格", "choices": ["運転", "英語", "簿記"]},
    "boss": {"kind": OwnKind.PERSON, "label_ja": "上長"},
    "site": {"kind": OwnKind.DEPARTMENT, "label_ja": "派遣先"},
}


def add_fields(tx, *codes, **more):
    """Add own fields of people, all kinds or those named; ``more`` applies to each."""
    return {code: add_field(tx, NewField(code=code, **{**KINDS[code], **more})) for code in codes or KINDS}
