"""Marks (【訓練】, 【訂正】, 【テスト】): so that nobody takes a drill for an emergency, or misses a correction.

A draft is marked when it is sent: what stands in the database from then on is what everybody reads. Title, subject and
the first line of a drill's text are marked; of a correction title and subject, of a test the subject. A mark is written
in the language of the text that it stands before.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from core.i18n import LANGUAGES, N_, _, language, using_language
from data.models.broadcasts import Broadcast, BroadcastKind

TEST = N_("[Test] {subject}")
DRILL = N_("[Drill] {subject}")
CORRECTION = N_("[Correction] {subject}")
REMINDER = N_("[Reminder] {subject}")
NO_EMERGENCY = N_("This is a drill. Nothing has really happened.")
ENGLISH = "en"
JAPANESE = re.compile("[\\u3040-\\u30ff\\u3400-\\u9fff]")


class Words(NamedTuple):
    """What a broadcast says, in both languages."""

    title: str
    subject: str
    body: str
    title_en: str
    subject_en: str
    body_en: str


def as_sent(row: Broadcast) -> Words:
    """Return the words of a draft as they are sent: marked."""
    marks = _marks(row)
    drill = row.kind is BroadcastKind.DRILL
    return Words(
        title=marked(row.title, _marks_of_title(row)),
        subject=marked(row.subject, marks),
        body=_drill_body(row.body) if drill else row.body,
        title_en=marked(row.title_en, _marks_of_title(row), ENGLISH),
        subject_en=marked(row.subject_en, marks, ENGLISH),
        body_en=_drill_body(row.body_en, ENGLISH) if drill else row.body_en,
    )


def mark_all(row: Broadcast) -> None:
    """Mark a draft that is being sent."""
    for name, text in as_sent(row)._asdict().items():
        setattr(row, name, text)


def marked(text: str, marks: Iterable[str], of: str | None = None) -> str:
    """Put marks before a text, those that do not stand there yet; nothing before nothing.

    ``of`` is the language of the text; None: it shows in its letters.
    """
    if not text:
        return text
    with using_language(of or _language_of(text)):
        missing = [said for mark in marks if (said := _(mark, subject="")).strip() not in text]
    return "".join(missing) + text


def unmarked(title: str) -> str:
    """Return a title without its marks: where it is filled into a text that is marked itself."""
    for mark in (DRILL, CORRECTION):
        for code in LANGUAGES:
            with using_language(code):
                title = title.removeprefix(_(mark, subject=""))
    return title


def _marks(row: Broadcast) -> list[str]:
    kinds = {BroadcastKind.TEST: [TEST], BroadcastKind.DRILL: [DRILL]}
    return [*kinds.get(row.kind, []), *([CORRECTION] if row.corrects_id is not None else [])]


def _marks_of_title(row: Broadcast) -> list[str]:
    return [mark for mark in _marks(row) if mark != TEST]


def _drill_body(body: str, of: str | None = None) -> str:
    if not body:
        return body
    with using_language(of or _language_of(body)):
        first = _(DRILL, subject=_(NO_EMERGENCY))
    return body if body.startswith(first) else f"{first}\n\n{body}"


def _language_of(text: str) -> str:
    return "ja" if JAPANESE.search(text) else language()
