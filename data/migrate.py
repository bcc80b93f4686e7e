"""Bring a database up to date: Alembic's revisions, the application role's rights, the reference tables."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, delete, text, tuple_
from sqlalchemy.dialects.postgresql import insert

import data.models  # noqa: F401 - registers every table
from core.database import Base, engine_for
from data.models.areas import Area, Coast, CoastOrigin, TsunamiArea
from data.reference import areas, coasts

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_236_845  # any number of our own: two processes that start at once migrate one after the other
GUARDED = ("recipient",)
READ_ONLY = ("area", "tsunami_area", "alembic_version")
INSERT_ONLY = ("audit_record", "audit_seal", "audit_sealed")


def migrate(owner_url: str, app_role: str | None) -> None:
    """Apply what is missing. ``app_role`` gets the rights of the application; None if the owner itself is used."""
    engine = engine_for(owner_url)
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET renraku.reach = 'all'"))  # of this connection, which is closed at the end
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        command.upgrade(_config(connection), "head")
        _sync_areas(connection)
        _sync_tsunami_areas(connection)
        sync_coasts(connection)
        if app_role:
            _grant(connection, app_role)
        _guard(connection, forced=app_role is None)
        connection.commit()
    engine.dispose()


def is_current(engine: Engine) -> bool:
    """Say whether every revision has been applied."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_config(None)).get_heads())


def drift(engine: Engine) -> list[Any]:
    """Return how the models differ from what the migrations make; empty is right."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": include_object, "compare_type": True, "compare_server_default": True},
        )
        return list(compare_metadata(context, Base.metadata))


def new_revision(connection: Connection, message: str, revision: str) -> None:
    """Write a revision from the difference between models and database (for developers)."""
    command.revision(_config(connection), message, autogenerate=True, rev_id=revision)


def include_object(_thing: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Leave procrastinate's schema alone: its own migrations look after it."""
    return not (kind == "table" and (name or "").startswith("procrastinate"))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _sync_areas(connection: Connection) -> None:
    rows = [
        {
            "code": row.code, "kind": row.kind, "name": row.name, "name_en": row.name_en,
            "kana": row.kana, "parent_code": row.parent,
        }
        for row in areas.rows()
    ]  # fmt: skip
    statement = insert(Area)
    changed = {name: statement.excluded[name] for name in ("kind", "name", "name_en", "kana", "parent_code")}
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changed), rows)


def _sync_tsunami_areas(connection: Connection) -> None:
    rows = [asdict(area) for area in coasts.tsunami_areas().values()]
    statement = insert(TsunamiArea)
    changed = {name: statement.excluded[name] for name in ("name", "name_en", "kana")}
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changed), rows)


def sync_coasts(connection: Connection) -> None:
    """Bring our own table of the coasts up to date; what an administrator corrected stays as it is."""
    ours = sorted(coasts.coasts())
    key = tuple_(Coast.tsunami_code, Coast.municipality_code)
    connection.execute(delete(Coast).where(Coast.origin == CoastOrigin.OURS, key.not_in(ours)))
    rows = [
        {"tsunami_code": tsunami, "municipality_code": place, "origin": CoastOrigin.OURS} for tsunami, place in ours
    ]
    connection.execute(insert(Coast).on_conflict_do_nothing(), rows)


def _guard(connection: Connection, *, forced: bool) -> None:
    # Row-level security does not hold for a table's owner unless it is forced.
    for table in GUARDED:
        connection.execute(text(f"ALTER TABLE {table} {'' if forced else 'NO '}FORCE ROW LEVEL SECURITY"))


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    for schema in ("public", "procrastinate"):
        connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {quoted}"))
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted}"))
        connection.execute(text(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}"))
    for table in INSERT_ONLY:
        connection.execute(text(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}"))
    connection.execute(text(f"REVOKE UPDATE ON audit_personal FROM {quoted}"))  # erasing is a right of people
    for table in READ_ONLY:
        connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {quoted}"))
