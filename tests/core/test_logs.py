"""What comes from outside adds no line to the log and writes nothing to a terminal but letters."""

import json
import logging

import pytest

from core import logs
from core.settings import settings

FORGED = "x\n2026-11-22 [info     ] signed in account=1\x1b[31m\u202e\x07"


def written(monkeypatch, *, as_json):
    """Return what is written of a fault whose message came from outside."""
    monkeypatch.setenv("RENRAKU_LOG_JSON", str(as_json))
    settings.cache_clear()
    info = (ValueError, ValueError(FORGED), None)
    record = logging.LogRecord("library", logging.WARNING, __file__, 1, "asked for %s", (FORGED,), info)
    return logs.formatter().format(record)


@pytest.fixture(autouse=True)
def _settings():
    yield
    settings.cache_clear()


def test_for_people_control_characters_are_spelled_and_a_trace_is_set_off(monkeypatch):
    first, *trace = written(monkeypatch, as_json=False).splitlines()
    assert "asked for x\\n2026" in first
    assert all(line.startswith("  ") for line in trace), trace
    assert {"\x1b", "\u202e", "\x07"}.isdisjoint("".join([first, *trace]))


def test_for_machines_a_record_is_one_line_and_comes_back_as_it_was(monkeypatch):
    line = written(monkeypatch, as_json=True)
    assert "\n" not in line
    assert json.loads(line)["event"] == f"asked for {FORGED}"
