"""Structured logs on standard error; a fault gets an id that the page shows too."""

import logging
import secrets
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from core.observed import FAULTS
from core.settings import settings

CHATTY = ("alembic", "procrastinate", "uvicorn", "httpx")
"""Libraries that tell each step of theirs; only what they warn of is of interest."""

TRACE = "exception"
SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]

STEPS: list[structlog.typing.Processor] = [*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]


def configure(level: int | None = None) -> None:
    """Send structlog's and the libraries' records through one formatter; ``level`` stands for the one that is set."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler], level=level or settings().log_level, force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=STEPS,  # one list for good: loggers that were used before keep hold of it
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """Return what writes a record: as JSON, or as a line for people."""
    written: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer()]
        if settings().log_json
        else [on_one_line, structlog.dev.ConsoleRenderer(colors=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
    )


def on_one_line(_logger: object, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write control characters as Python would, so that nobody adds a line to the log, or colours a terminal, by one.

    A stack trace has lines of its own; each of them is then set off by blanks.
    """
    for name, value in record.items():
        if isinstance(value, str) and not value.isprintable():
            if name == TRACE:
                record[name] = "\n".join(f"  {_visible(line)}" for line in value.splitlines())
            else:
                record[name] = _visible(value)
    return record


def _visible(value: str) -> str:
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in value)


def fault(error: BaseException, **context: object) -> str:
    """Log something that must not happen, and return the id by which it can be found again."""
    fault_id = secrets.token_hex(4)
    FAULTS.inc()
    structlog.get_logger("fault").error("fault", fault_id=fault_id, exc_info=error, **context)
    return fault_id


def begin(**context: object) -> str:
    """Give all that this thread or task logs from here on an id of its own, which it returns, and whatever is known."""
    request = secrets.token_hex(4)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request, **context)
    return request
