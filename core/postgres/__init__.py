"""The embedded PostgreSQL of an installation without ``DATABASE_URL``: our own small launcher for ready-made binaries.

``EmbeddedPostgres(folder)`` is all that the rest of the product needs.
"""

from core.postgres.binaries import OLDEST_MAJOR
from core.postgres.roles import ADMIN, APP, DATABASE, OWNER
from core.postgres.server import EmbeddedPostgres

__all__ = ["ADMIN", "APP", "DATABASE", "OLDEST_MAJOR", "OWNER", "EmbeddedPostgres"]
