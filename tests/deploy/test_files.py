"""docs/deploy.md shows exactly the files that are there, and they start what there is."""

import importlib
import re

import pytest
from dotenv import dotenv_values

from core.settings import ROOT, Settings
from tests.deploy.fleet import FILES, command_of

DOC = (ROOT / "docs" / "deploy.md").read_text()


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_the_page_shows_the_file(name):
    shown = re.search(rf"^`docs/deploy/{re.escape(name)}`\n\n```\w+\n(.*?)^```$", DOC, re.MULTILINE | re.DOTALL)
    assert shown[1] == (FILES / name).read_text()


@pytest.mark.parametrize(
    "unit", ["renraku", "renraku-console@8501", "renraku-public@8601", "renraku-worker@1", "renraku-lmtp"]
)
def test_a_unit_starts_what_there_is(unit):
    module, target = (command := command_of(unit, {}))[:2]
    if module == "-m":
        name, _colon, attribute = command[2].partition(":")
        assert (target, hasattr(importlib.import_module(name), attribute)) == ("uvicorn", True)
    else:
        assert (module, hasattr(importlib.import_module("manage"), target)) == ("manage.py", True)


def test_every_setting_of_the_environment_is_known():
    known = {f"renraku_{name}" for name in Settings.model_fields} | {"database_url", "database_owner_url"}
    for name in ("renraku.env", "renraku-owner.env"):
        assert {key.lower() for key in dotenv_values(FILES / name)} <= known
