"""What belongs to the invented people beside the register: numbers, sets, applications, invitations, runs of a sync."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, text

from core.actor import Actor
from core.database import transaction
from services.directory import NewConnection, SourceKind, add_connection
from services.network.facts import MAKE

CONTACTS = (
    """INSERT INTO contact_point (person_id, kind, value, state, verified_at)
       SELECT n, 'mobile',
              CASE WHEN n % 1000 = 2 THEN '03-' || n ELSE '+8190' || 10000000 + n - (n % 500 = 1)::int END,
              CASE WHEN n % 90 = 4 THEN 'dead' ELSE 'works' END, CASE WHEN n % 4 > 0 THEN now() END
         FROM generate_series(2, :people + 1) n WHERE n % 3 > 0""",
    """INSERT INTO contact_point (person_id, kind, value, state, origin, slot, verified_at)
       SELECT n, 'mail', 'q' || n || '@example.jp', 'works', 'person', 1, now()
         FROM generate_series(2, :people + 1, 7) n""",
    """INSERT INTO judged_number (contact_point_id, value, fault)
       SELECT id, value, 'landline' FROM contact_point WHERE kind = 'mobile' AND value LIKE '03-%'""",
    """INSERT INTO missed_in_test (delivery_id, person_id, contact_point_id, state, reason, broadcast_id)
       SELECT id, person_id, contact_point_id, state, reason, 1 FROM delivery WHERE state = 'failed'""",
)
EVERYBODY = "(SELECT id FROM permission_set WHERE name = '全員')"
OTHERS = (
    "INSERT INTO permission_set (name, description) VALUES ('全員', '')",
    f"INSERT INTO permission_grant (set_id, process, what) VALUES ({EVERYBODY}, 'people.show', 'read')",
    f"""INSERT INTO permission_assignment (account_id, set_id, reach)
       SELECT id, {EVERYBODY}, 'self' FROM account WHERE person_id > 1""",
    """INSERT INTO permission_assignment (account_id, set_id, reach, department_id)
       SELECT account.id, permission_set.id, 'department', membership.department_id
         FROM account JOIN permission_set ON permission_set.shipped = 'manager'
         JOIN membership ON membership.person_id = account.person_id WHERE account.person_id * 7919 / 1000 % 20 = 0""",
    """INSERT INTO profile_application (person_id, account_id, state, wanted, before, note, reason, applied_at, decided_at)
       SELECT person_id, id, CASE WHEN person_id % 40 = 0 THEN 'waiting' ELSE 'approved' END,
              '{"address": "東京都新宿区西新宿2-8-1"}', '{"address": ""}', '', '', now(),
              CASE WHEN person_id % 40 > 0 THEN now() END
         FROM account WHERE person_id % 4 = 0""",
    """INSERT INTO invitation (address, person_id, reach, invited_by, invited_at, sent_at, expires_at, accepted_at)
       SELECT 'i' || n || '@example.jp', n, 'self', :account, now(), now(), now() + interval '72 hours',
              CASE WHEN n % 5 > 0 THEN now() END
         FROM generate_series(2, :people + 1, 20) n""",
    f"INSERT INTO invitation_set (invitation_id, set_id) SELECT id, {EVERYBODY} FROM invitation",
    """INSERT INTO directory_person (connection_id, key, person_id, given)
       SELECT :connection, 'k' || n, n, '{}' FROM generate_series(2, :people + 1) n""",
    """INSERT INTO directory_run (connection_id, state, reading, pages, attempts, counts, values, despite_brake,
                                  started_at, ended_at)
       SELECT :connection, 'applied', 'people', 1, 0, '{"person.add": 3, "person.change": 40}', '{}', false,
              now(), now()
         FROM generate_series(1, 300)""",
    """INSERT INTO directory_run (id, connection_id, state, reading, pages, attempts, counts, values, despite_brake,
                                  started_at)
       SELECT 100000, :connection, 'planned', 'people', 1, 0,
              jsonb_build_object('person.add', 0, 'person.change', CAST(:people AS bigint)), '{}', false, now()""",
    """INSERT INTO directory_run_row (run_id, line, noun, step, key, code, name, said)
       SELECT 100000, n, 'person', 'change', 'k' || n, n, '人' || n,
              '{"changes": [["given_name", "愛", "葵"]], "problems": []}'
         FROM generate_series(1, :people) n""",
)


def belong(engine: Engine, people: int, account: int) -> None:
    """Give the people that ``populate`` made what the pages about it show; ``account`` has invited and connected."""
    connection_id = _connect_directory()
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        _run(connection, CONTACTS, {"people": people})
        # What triggers noted is settled for all at once; without statistics that would be done person by person.
        connection.execute(text("ANALYZE contact_point, person, missed_in_test, judged_number"))
        connection.execute(MAKE, {"ids": list(range(1, people + 2))})
        connection.execute(text("TRUNCATE contact_stale"))
        _run(connection, OTHERS, {"people": people, "account": account, "connection": connection_id})


def _connect_directory() -> int:
    with transaction(Actor.system("bench")) as tx:
        settings = {"subdomain": "bench", "token": "bench"}
        return add_connection(tx, NewConnection(name="計測", kind=SourceKind.SMARTHR, settings=settings)).id


def _run(connection: Connection, statements: Sequence[str], known: Mapping[str, object]) -> None:
    for statement in statements:
        values = {name: value for name, value in known.items() if f":{name}" in statement}
        connection.execute(text(statement), values)
