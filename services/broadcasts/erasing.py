"""Erasing what people wrote in their answers (個人情報の消去): choices and numbers stay, since totals count them."""

from sqlalchemy import text

from core.traces import run
from core.transaction import Transaction, listens
from data.models.broadcasts import QuestionKind
from services.events import PeopleErased

WRITTEN = text("""
    UPDATE recipient SET latest_answer = recipient.latest_answer - written.keys,
                         first_answer = recipient.first_answer - written.keys
    FROM (SELECT broadcast.id, array_agg(question ->> 'id') AS keys
          FROM broadcast CROSS JOIN LATERAL jsonb_array_elements(broadcast.questions) AS question
          WHERE question ->> 'kind' = ANY(:kinds)
            AND broadcast.id IN (SELECT broadcast_id FROM recipient WHERE person_id = ANY(:ids))
          GROUP BY broadcast.id) AS written
    WHERE recipient.broadcast_id = written.id AND recipient.person_id = ANY(:ids)
      AND (recipient.latest_answer ?| written.keys OR recipient.first_answer ?| written.keys)
""")
NOTES = text("UPDATE recipient SET note = NULL WHERE person_id = ANY(:ids) AND note IS NOT NULL")


@listens(PeopleErased)
def erase_answers(tx: Transaction, erased: PeopleErased) -> None:
    """Take texts and days, which nothing counts, out of the answers of these people, and the office's notes on them."""
    run(tx, NOTES.bindparams(ids=list(erased.ids)))
    run(tx, WRITTEN.bindparams(ids=list(erased.ids), kinds=[QuestionKind.TEXT.value, QuestionKind.DATE.value]))
