"""Structured logs on standard error; a fault gets an id that the page shows too."""

import logging
import secrets
import sys

import structlog

from core.observed import FAULTS
from core.settings import settings

CHATTY = ("alembic", "procrastinate", "uvicorn", "httpx")
"""Libraries that tell each step of theirs; only what they warn of is of interest."""


def configure(level: int | None = None) -> None:
    """Send structlog's and the libraries' records through one formatter; ``level`` stands for the one that is set."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if settings().log_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level or settings().log_level, force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def fault(error: BaseException, **context: object) -> str:
    """Log something that must not happen, and return the id by which it can be found again."""
    fault_id = secrets.token_hex(4)
    FAULTS.inc()
    structlog.get_logger("fault").error("fault", fault_id=fault_id, exc_info=error, **context)
    return fault_id


def begin(**context: object) -> None:
    """Give whatever this thread or task logs from here on an id of its own, and what else is known of it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=secrets.token_hex(4), **context)
