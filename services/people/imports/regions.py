"""Regions as people write them in a CSV: codes, names, addresses, postal codes; what is not clear is an error (D06)."""

from core.i18n import N_, listed
from core.inputs import WrongValue
from services.people.imports.places import SHOWN_LETTERS
from services.people.regions.finding import LONGEST, Certainty, Finding, find
from services.people.regions.names import full_name, rows

SHOWN = 8


def find_region(written: str) -> str:
    """Return the code of a prefecture, 細分区域 or municipality from its code, its name, an address or a postal code.

    Raises:
        WrongValue: when nothing, or more than one thing, is meant; says what is possible.
    """
    if written in rows():  # as our own files have them; some are postal codes as well
        return written
    found = find(written[:LONGEST])
    if found.sure:
        return found.sure
    shown = written[:SHOWN_LETTERS]
    if found.certainty is Certainty.SEVERAL:
        raise WrongValue(
            N_("“{written}” may be {candidates}. Write the code."), written=shown, candidates=_listed(found)
        )
    if found.codes:
        raise WrongValue(
            N_("There is no region “{written}”. Perhaps {candidates}."), written=shown, candidates=_listed(found)
        )
    raise WrongValue(N_("There is no region “{written}”."), written=shown)


def _listed(found: Finding) -> str:
    more = " …" if len(found.codes) > SHOWN else ""
    return listed(f"{full_name(code)} ({code})" for code in found.codes[:SHOWN]) + more
