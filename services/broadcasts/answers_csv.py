"""Answers as a CSV for spreadsheets (回答CSV出力, D14): UTF-8 with BOM, formulas defused."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from core.actor import What
from core.clock import jst
from core.i18n import N_, _
from core.inputs import Row
from core.operations import query
from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from data.models.people import Person
from services.access import people_within
from services.broadcasts.answers import AnswerLine, AnswersAsk, answer_line, asked_people, questions_of
from services.broadcasts.sight import get_seen

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
AT_A_TIME = 5_000


class CsvFile(Row):
    """A file to save: its name and its bytes."""

    name: str
    content: bytes


@query("broadcasts.answers_csv", N_("Export answers as CSV"), does=What.EXPORT)
def answers_csv(tx: Transaction, ask: AnswersAsk) -> CsvFile:
    """Return everybody whom the search means, with the latest answers, one column a question.

    Raises:
        NotFound: when the broadcast does not exist or asked nobody within reach.
    """
    broadcast = get_seen(tx, ask.broadcast_id, answers_csv.reach(tx))
    labels = [question.label for question in questions_of(broadcast)]
    keys = [question.key for question in questions_of(broadcast)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([defused(cell) for cell in [*_head(), *labels]])
    for line in _lines(tx, ask, broadcast):
        cells = [line.code, line.name, line.kana, line.department, line.area, _at(line.latest_at), _at(line.first_at)]
        writer.writerow(
            [defused(cell) for cell in [*cells, str(line.answers), *(line.latest.get(k, "") for k in keys)]]
        )
    name = _("answers_{id}_{at}.csv", id=broadcast.id, at=jst(tx.now).strftime("%Y%m%d_%H%M"))
    return CsvFile(name=name, content=out.getvalue().encode("utf-8-sig"))


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def _head() -> Iterable[str]:
    return (
        _("Code"), _("Name"), _("Kana"), _("Department"), _("Region"), _("Answered at"), _("First answered at"),
        _("Times answered"),
    )  # fmt: skip


def _lines(tx: Transaction, ask: AnswersAsk, broadcast: Broadcast) -> Iterator[AnswerLine]:
    questions = questions_of(broadcast)
    statement = asked_people(ask, questions).where(people_within(answers_csv.reach(tx), tx.actor))
    ordered = statement.order_by(Person.sort_key, Person.id).execution_options(yield_per=AT_A_TIME)
    return (answer_line(row, questions) for row in tx.execute(ordered))


def _at(moment: datetime | None) -> str:
    return jst(moment).strftime("%Y/%m/%d %H:%M") if moment else ""
