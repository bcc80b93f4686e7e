"""Directory sync (ディレクトリ同期, D02): people and departments come from the system where they are looked after."""

from data.models.directory import Nightly, Noun, RunState, Step
from services.directory import erasing, needs, retained, words  # noqa: F401 - they declare
from services.directory.connections import (
    ConnectionRow,
    ConnectionsAsk,
    EditedConnection,
    MappedFields,
    NewConnection,
    WhichConnection,
    add_connection,
    edit_connection,
    list_connections,
    map_fields,
    remove_connection,
)
from services.directory.detail import ConnectionDetail, OurField, Tested, show_connection
from services.directory.runs import (
    Applied,
    LineRow,
    LinesAsk,
    RunRow,
    RunsAsk,
    WhichRun,
    apply,
    drop_run,
    list_lines,
    list_runs,
    start_run,
)
from services.directory.sources import SETTINGS, Setting, SourceKind
from services.directory.trying import try_connection

__all__ = [
    "SETTINGS", "Applied", "ConnectionDetail", "ConnectionRow", "ConnectionsAsk", "EditedConnection", "LineRow",
    "LinesAsk", "MappedFields", "NewConnection", "Nightly", "Noun", "OurField", "RunRow", "RunState", "RunsAsk",
    "Setting", "SourceKind", "Step", "Tested", "WhichConnection", "WhichRun", "add_connection", "apply", "drop_run",
    "edit_connection", "list_connections", "list_lines", "list_runs", "map_fields", "remove_connection",
    "show_connection", "start_run", "try_connection",
]  # fmt: skip
