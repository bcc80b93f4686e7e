"""Fill a database with invented people by SQL: as many as wanted, in seconds, the same every time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from core.actor import Actor
from core.database import transaction
from data.models.setup import Organisation
from services import access, broadcasts, safety
from services.broadcasts.totals import COUNT_ROUND

STATEMENTS = (
    """INSERT INTO department (id, parent_id, name, path, full_name, sort_key, depth, version)
       SELECT n, CASE WHEN n > 20 THEN (n - 1) % 20 + 1 END, '部署' || n,
              CASE WHEN n > 20 THEN '/' || (n - 1) % 20 + 1 || '/' || n || '/' ELSE '/' || n || '/' END,
              CASE WHEN n > 20 THEN '部署' || (n - 1) % 20 + 1 || ' / 部署' || n ELSE '部署' || n END,
              CASE WHEN n > 20 THEN '部署' || (n - 1) % 20 + 1 || ' / 部署' || n ELSE '部署' || n END,
              CASE WHEN n > 20 THEN 1 ELSE 0 END, 1
         FROM generate_series(1, 400) n""",
    """INSERT INTO person (id, code, family_name, given_name, family_kana, given_kana, postal_code, address,
                           version, created_at, updated_at)
       SELECT n, to_char(n, 'FM0000000'),
              (ARRAY['佐藤','鈴木','高橋','田中','伊藤','渡辺','山本','中村','小林','加藤'])[CAST(CAST(n AS bigint) * 7919 / 1000 % 10 AS integer) + 1],
              (ARRAY['翔太','美咲','健太','愛','誠','優子','浩','葵','亮'])[n % 9 + 1],
              (ARRAY['サトウ','スズキ','タカハシ','タナカ','イトウ','ワタナベ','ヤマモト','ナカムラ','コバヤシ','カトウ'])[CAST(CAST(n AS bigint) * 7919 / 1000 % 10 AS integer) + 1],
              (ARRAY['ショウタ','ミサキ','ケンタ','アイ','マコト','ユウコ','ヒロシ','アオイ','リョウ'])[n % 9 + 1],
              CASE WHEN n % 20 = 13 THEN '1600023' ELSE '' END,
              CASE WHEN n % 20 = 13 THEN '東京都新宿区西新宿2-8-1' ELSE '' END,
              1, now(), now()
         FROM generate_series(CAST(2 AS bigint), :people + 1) n""",
    "INSERT INTO membership (person_id, department_id, main) SELECT n, n % 400 + 1, true FROM generate_series(2, :people + 1) n",
    """INSERT INTO person_region (person_id, area_code, label, own)
       SELECT n, (SELECT array_agg(code ORDER BY code) FROM area WHERE kind = 'municipality')[n % 1800 + 1],
              (ARRAY['home', 'work', NULL])[n % 3 + 1], n % 200 = 1
         FROM generate_series(2, :people + 1) n WHERE n % 50 <> 13""",
    """INSERT INTO contact_point (person_id, kind, value, state)
       SELECT n, 'mail', 'p' || n || '@example.jp', 'works' FROM generate_series(2, :people + 1) n WHERE n % 50 <> 0""",
    """INSERT INTO account (person_id, login, status, language, version, created_at)
       SELECT n, 'p' || n, 'invited', 'ja', 1, now() FROM generate_series(2, :people + 1) n WHERE n % 2 = 0""",
    """INSERT INTO broadcast (id, kind, state, title, subject, body, introduction, questions, audience, asked, version,
                              created_at, sent_at)
       VALUES (1, 'test', 'open', '訓練', '訓練', '{reply_url}', '', CAST(:questions AS jsonb), '{"everybody": true}',
               :people, 1, now(), now())""",
    """INSERT INTO recipient (broadcast_id, person_id, department_id, area_code, first_at, latest_at, latest_answer,
                              tally, answers)
       SELECT 1, n, n % 400 + 1, r.area_code, a.at, a.at,
              CASE WHEN a.at IS NOT NULL THEN jsonb_build_object(
                  '1', (ARRAY['無事', '軽傷', '重傷'])[n % 3 + 1], '2', n % 4) END,
              CASE WHEN a.at IS NOT NULL THEN n % 3 || ',' || n % 4 END, CASE WHEN a.at IS NULL THEN 0 ELSE 1 END
         FROM generate_series(2, :people + 1) n
         LEFT JOIN person_region r ON r.person_id = n
         CROSS JOIN LATERAL (SELECT CASE WHEN n % 5 > 0 THEN now() END AS at) a""",
    """INSERT INTO mailing (id, broadcast_id, round, reminder, state, subject, body, constants, pauses, created_at, finished_at)
       VALUES (1, 1, 0, false, 'finished', '訓練', '{reply_url}', '{}', 0, now(), now())""",
    """INSERT INTO delivery (mailing_id, person_id, contact_point_id, channel, address, state, updated_at)
       SELECT 1, person_id, id, 'mail', value, CASE WHEN id % 97 = 0 THEN 'failed' ELSE 'accepted' END, now()
         FROM contact_point WHERE kind = 'mail'""",
    *(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        for table in ("department", "person", "broadcast", "mailing")
    ),
)
QUESTIONS = (
    '[{"id": 1, "kind": "choice", "label": "ご無事ですか", "required": true, "options": ["無事", "軽傷", "重傷"], "unit": ""},'
    ' {"id": 2, "kind": "number", "label": "ご家族の人数", "required": false, "options": [], "unit": "名"}]'
)


def administrator() -> int:
    """Make the organisation, its samples and its administrator; return the administrator's account."""
    with transaction(Actor.system("bench")) as tx:
        tx.add(Organisation(id=1, name="計測", sample=False, created_at=tx.now))
        account = access.make_first_administrator(
            tx, login="bench", password="a long sentence for a bench", family_name="計測", given_name="係"
        )
        broadcasts.seed_samples(tx)
        safety.seed_samples(tx)
    return account


def populate(engine: Engine, people: int) -> None:
    """Make ``people`` people beside the first administrator, in 400 departments, and one broadcast to all of them that four of five have answered."""
    with filling(engine) as connection:
        for statement in STATEMENTS:
            known = {"people": people, "questions": QUESTIONS}
            values = {name: value for name, value in known.items() if f":{name}" in statement}
            connection.execute(text(statement), values)
        connection.execute(COUNT_ROUND, {"broadcast_id": 1, "round": 0})


@contextmanager
def filling(engine: Engine) -> Iterator[Connection]:
    """Have a transaction in which masses of people are made: what they are found by is kept once, at its end."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL renraku.search = 'later'"))
        (index,) = connection.execute(text("SELECT pg_get_indexdef('ix_person_search_found'::regclass)")).one()
        connection.execute(text("DROP INDEX ix_person_search_found"))
        yield connection
        connection.execute(text("SELECT keep_person_search(ARRAY(SELECT id FROM person))"))
        connection.execute(text(index))
