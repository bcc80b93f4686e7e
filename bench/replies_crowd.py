"""A broadcast with every kind of question, to as many people as there are, each with a mail and its link: by SQL."""

import json

from sqlalchemy import Engine, text

from bench.population import filling
from bench.replies_client import NEEDS, OPTIONS
from services.broadcasts.totals import COUNT_ROUND

QUESTIONS = [
    {"id": 1, "kind": "choice", "label": "ご無事ですか", "required": True, "options": OPTIONS, "unit": ""},
    {"id": 2, "kind": "choices", "label": "必要なもの", "required": False, "options": NEEDS, "unit": ""},
    {"id": 3, "kind": "number", "label": "ご家族の人数", "required": False, "options": [], "unit": "名"},
    {"id": 4, "kind": "text", "label": "コメント", "required": False, "options": [], "unit": ""},
]
STATEMENTS = (
    """INSERT INTO broadcast (id, kind, state, title, subject, body, introduction, questions, audience, asked, version,
                              created_at, sent_at)
       VALUES (:id, 'manual', 'open', '震度5強の地震', '安否', '{reply_url}', '状況を教えてください。',
               CAST(:questions AS jsonb), '{"everybody": true}', 0, 1, now(), now())""",
    """INSERT INTO recipient (broadcast_id, person_id, department_id, area_code)
       SELECT :id, person_id, department_id, area_code FROM recipient WHERE broadcast_id = 1""",
    """INSERT INTO mailing (id, broadcast_id, round, reminder, state, subject, body, constants, pauses, created_at,
                            finished_at)
       VALUES (:id, :id, 0, false, 'finished', '安否', '{reply_url}', '{}', 0, now(), now())""",
    """INSERT INTO delivery (mailing_id, person_id, contact_point_id, channel, address, state, updated_at)
       SELECT :id, person_id, id, 'mail', value, 'accepted', now() FROM contact_point WHERE kind = 'mail'""",
)


def ask(engine: Engine, broadcast_id: int) -> tuple[int, int]:
    """Ask everybody of ``populate``; return the first and the last number of the mails, none between is missing."""
    with filling(engine) as connection:
        for statement in STATEMENTS:
            known = {"id": broadcast_id, "questions": json.dumps(QUESTIONS, ensure_ascii=False)}
            values = {name: value for name, value in known.items() if f":{name}" in statement}
            connection.execute(text(statement), values)
        connection.execute(COUNT_ROUND, {"broadcast_id": broadcast_id, "round": 0})
        found = connection.execute(
            text("SELECT min(id), max(id), count(*) FROM delivery WHERE mailing_id = :id"), {"id": broadcast_id}
        ).one()
    if found[1] - found[0] + 1 != found[2]:
        raise RuntimeError("the mails are not numbered one after the other")
    return found[0], found[1]
