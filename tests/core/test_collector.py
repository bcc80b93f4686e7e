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


def test_what_was_imported_is_not_looked_at_again():
    done = subprocess.run([sys.executable, "-c", SETTLED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "20000", "True"]
