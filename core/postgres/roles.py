"""The two database roles of an installation, and its database.

``renraku_owner`` owns the database and migrates; ``renraku_app`` is what the product works as: no owner, no
superuser, no BYPASSRLS. What the application may do with each table is granted by the migrations.
"""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

ADMIN = "renraku_admin"
OWNER = "renraku_owner"
APP = "renraku_app"
DATABASE = "renraku"
_ATTRIBUTES = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")


def generate_passwords(path: Path) -> None:
    """Write a new password for each role into a file that only we can read (0600), whole or not at all."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        json.dump({role: secrets.token_hex(24) for role in (ADMIN, OWNER, APP)}, file)
    half.rename(path)


def read_passwords(path: Path) -> dict[str, str]:
    """Return the password of each role."""
    passwords: dict[str, str] = json.loads(path.read_text(encoding="ascii"))
    return passwords


def url(role: str, password: str, run: Path, database: str) -> str:
    """Return SQLAlchemy's address of a database behind a socket folder."""
    return f"postgresql+psycopg://{role}:{password}@/{database}?host={quote(str(run))}"


def prepare(connection: psycopg.Connection[tuple[object, ...]], passwords: dict[str, str]) -> None:
    """Make the roles and the database where they are missing, and set the passwords that the file holds.

    The connection is the superuser's, with autocommit, since a database cannot be made inside a transaction.
    """
    for role in (OWNER, APP):
        exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
        verb = sql.SQL("ALTER" if exists else "CREATE")
        # Only the hash travels, so that no log of statements can hold the password.
        hashed = connection.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(
            sql.SQL("{verb} ROLE {role} {attributes} PASSWORD {hashed}").format(
                verb=verb, role=sql.Identifier(role), attributes=_ATTRIBUTES, hashed=sql.Literal(hashed)
            )
        )
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
        )
