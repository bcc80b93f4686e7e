"""What ``roles.txt`` decides: every grant of the permission master × every shipped role (X06, D05)."""

from pathlib import Path

import services
from services.access.processes import grantable

services.load_all()
LINES = (Path(__file__).parent / "roles.txt").read_text().splitlines()
DECIDED = {grant: set(roles) for grant, *roles in (line.split() for line in LINES if line[0] != "#")}
GRANTS = {box.grant: box.process for box in grantable()}
CAST = {"administrator": "administrator", "manager": "manager", "crisis_manager": "crisis_manager", "nobody": "staff"}
"""Who of the cast has the role; ``nobody`` has an account and no permission at all."""


def decided(role: str, grant: str) -> bool:
    """Say whether the role may, as it was decided."""
    return role == "administrator" or role in DECIDED[grant]


PAGE_LINES = [line.split() for line in (Path(__file__).parent / "pages.txt").read_text().splitlines() if line[0] != "#"]
PAGE_CELLS = {path: dict(zip((*CAST, "signed_out"), cells, strict=True)) for path, *cells in PAGE_LINES}
"""What ``pages.txt`` decides: for each page and role ``menu`` (found there, opens), ``opens`` or ``refused``."""
