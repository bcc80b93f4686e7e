"""Alembic's entry: runs on the connection that ``data.migrate`` hands over."""

from alembic import context

import data.models  # noqa: F401 - registers every table
from core.database import Base
from data.migrate import include_object

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=include_object,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
