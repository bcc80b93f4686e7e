"""What the application's role may do with each table, tried as that role (SECURITY: application role)."""

import psycopg
import pytest
from sqlalchemy import text

from core.database import Base
from core.postgres import APP

ALL = {"SELECT", "INSERT", "UPDATE", "DELETE"}
LESS = {
    "alembic_version": {"SELECT"},
    "area": {"SELECT"},
    "audit_record": {"SELECT", "INSERT"},
    "audit_seal": {"SELECT", "INSERT"},
    "audit_sealed": {"SELECT", "INSERT"},
    "audit_personal": {"SELECT", "INSERT", "DELETE"},
    "tsunami_area": {"SELECT"},
}
"""Tables on which it may not do everything; what is not named here is an ordinary table."""

VIEWS = {"area_prefecture", "reply_count", "reply_department_count", "reply_step_part"}
"""They show areas and counts, nothing about single people, and nothing can be written through them."""

RIGHTS = """
    SELECT c.relname, ARRAY(
        SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
        WHERE has_table_privilege(current_user, c.oid, p)
    ), pg_get_userbyid(c.relowner) = current_user
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


def test_each_table_grants_what_was_decided(session):
    found = {name: (set(rights), owned) for name, rights, owned in session.execute(text(RIGHTS))}
    assert set(found) == {*Base.metadata.tables, "alembic_version"} | VIEWS
    assert {name: rights for name, (rights, _owned) in found.items() if rights != ALL} == LESS
    assert not [name for name, (_rights, owned) in found.items() if owned]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_record SET actor = 'somebody else'",
        "DELETE FROM audit_record",
        "TRUNCATE audit_record CASCADE",
        "UPDATE audit_personal SET values = '{}'",
        "UPDATE audit_sealed SET hash = ''",
        "DELETE FROM audit_seal",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM area",
        "DROP TABLE audit_record",
        "ALTER TABLE audit_record DISABLE TRIGGER ALL",
        "CREATE TABLE public.mine (id bigint)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine SUPERUSER",
        "SET ROLE renraku_owner",
        "SET session_replication_role = replica",
        "COPY person TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_what_the_application_may_not(session, attack):
    assert session.scalar(text("SELECT current_user")) == APP
    with pytest.raises(Exception) as refused, session.begin_nested():  # noqa: PT011 - the cause is looked at below
        session.execute(text(attack))
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
