"""The embedded PostgreSQL of an installation without ``DATABASE_URL``: our own small launcher for ready-made binaries.

``EmbeddedPostgres(folder)`` is what the product runs on, ``throwaway_postgres()`` what tests and benches run on.
"""

from core.postgres.binaries import OLDEST_MAJOR
from core.postgres.roles import ADMIN, APP, DATABASE, OWNER
from core.postgres.server import EmbeddedPostgres
from core.postgres.throwaway import throwaway_postgres

__all__ = ["ADMIN", "APP", "DATABASE", "OLDEST_MAJOR", "OWNER", "EmbeddedPostgres", "throwaway_postgres"]
