"""A PostgreSQL for a moment: for tests, benches and checks."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.postgres.server import EmbeddedPostgres


@contextmanager
def throwaway_postgres(within: Path | None = None) -> Iterator[EmbeddedPostgres]:
    """Run an empty PostgreSQL in a folder that is removed afterwards, ``within`` another one or a temporary one."""
    folder = Path(tempfile.mkdtemp(prefix="renraku-postgres-", dir=within))
    # Python's temporary folders are closed to other OS users, so to that of a server started by root.
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "pg", for_tests=True) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder)
