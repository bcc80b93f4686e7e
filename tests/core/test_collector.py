"""The garbage collector of a serving process, in a process of its own since it is changed for good."""

import subprocess
import sys

from core.settings import ROOT

SETTLED = """
import gc
from core import collector
collector.settle()
print(gc.get_freeze_count() > 1000, gc.get_threshold()[0], gc.isenabled())
"""
PUBLIC_ROUTES = """
import gc
from starlette.testclient import TestClient
from pages.public.app import app
before = gc.get_freeze_count()
with TestClient(app):
    print(before, gc.get_freeze_count() > 1000)
"""


def printed(program):
    """Run it and return the words that it wrote."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_what_was_imported_is_not_looked_at_again():
    assert printed(SETTLED) == ["True", "20000", "True"]


def test_the_public_routes_settle_it_when_they_are_served_not_when_they_are_imported():
    assert printed(PUBLIC_ROUTES) == ["0", "True"]
