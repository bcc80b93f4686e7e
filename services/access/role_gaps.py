"""What a shipped role may do by now and its permission set may not (X06): said, and added only by who decides it.

A shipped set keeps the key of its role (``permission_set.shipped``), but it is the organisation's own from the day on
that it was made: an update of the product adds nothing to it. What the role got since is found by that key, and added
by ``access.edit_sets`` as everything else is. What somebody took away stands in the audit trail, which keeps every
change of a set with its grants before and after; that is left out.
"""

from collections import defaultdict

from sqlalchemy import select, text

from core.i18n import N_
from core.inputs import Nothing, Row
from core.operations import query
from core.transaction import Transaction
from data.models.access import PermissionGrant, PermissionSet
from services.access.sets import Pairs, grantable_pairs
from services.access.shipped import ROLES

TAKEN = text("""
    SELECT DISTINCT change ->> 'subject' AS subject, gone.name AS gone
    FROM audit_record
    CROSS JOIN LATERAL jsonb_array_elements(changes) AS change
    CROSS JOIN LATERAL jsonb_array_elements_text(change -> 'before' -> 'grants') AS gone (name)
    WHERE process IN ('access.edit_set', 'access.edit_sets')
      AND change ->> 'subject' = ANY(CAST(:subjects AS text[]))
      AND jsonb_exists(change -> 'after' -> 'grants', gone.name) IS FALSE
""")


class RoleGap(Row):
    """A shipped set that lacks what its role has by now, as ``process:what``; ``taken``: somebody took that away."""

    set_id: int
    version: int
    lacks: list[str]
    taken: list[str]


@query("access.role_gaps", N_("See what shipped roles may do by now"))
def role_gaps(tx: Transaction, _ask: Nothing) -> list[RoleGap]:
    """Return the shipped permission sets that lack something of their role which nobody took away from them."""
    sets = tx.execute(select(PermissionSet).where(PermissionSet.shipped.is_not(None)).order_by(PermissionSet.id))
    by_role = {one.shipped: one for one in sets.scalars()}
    held = _held(tx, [one.id for one in by_role.values()])
    lacking = {
        role.key: set(role.pairs()) & grantable_pairs() - held[by_role[role.key].id]
        for role in ROLES if role.key in by_role
    }  # fmt: skip
    ids = [by_role[key].id for key, pairs in lacking.items() if pairs]
    taken = _taken(tx, ids) if ids else {}
    gaps = [
        _gap(by_role[key], {f"{process}:{what}" for process, what in pairs}, taken.get(by_role[key].id, set()))
        for key, pairs in lacking.items()
    ]
    return [gap for gap in gaps if gap.lacks]


def _held(tx: Transaction, ids: list[int]) -> dict[int, Pairs]:
    held: dict[int, Pairs] = defaultdict(set)
    for grant in tx.execute(select(PermissionGrant).where(PermissionGrant.set_id.in_(ids))).scalars():
        held[grant.set_id].add((grant.process, grant.what))
    return held


def _taken(tx: Transaction, ids: list[int]) -> dict[int, set[str]]:
    taken: dict[int, set[str]] = defaultdict(set)
    for subject, gone in tx.execute(TAKEN, {"subjects": [f"permission_set:{one}" for one in ids]}):
        taken[int(subject.partition(":")[2])].add(gone)
    return taken


def _gap(of: PermissionSet, lacks: set[str], taken: set[str]) -> RoleGap:
    return RoleGap(set_id=of.id, version=of.version, lacks=sorted(lacks - taken), taken=sorted(lacks & taken))
