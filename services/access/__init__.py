"""Access (権限, X06, D05): accounts, sign-in, sessions, permission sets and how far they reach."""

from services.access.actors import actor_for, grants_of
from services.access.reach import departments_within, people_within

__all__ = ["actor_for", "departments_within", "grants_of", "people_within"]
