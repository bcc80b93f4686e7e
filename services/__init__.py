"""The verbs of each room: operations, queries, rules. ``load_all`` makes the registry complete."""

from importlib import import_module

ROOMS = (
    "access",
    "changes",
    "desk",
    "webhooks",
    "comments",
    "fields",
    "people",
    "directory",
    "applications",
    "delivery",
    "invitations",
    "scim",
    "registration",
    "broadcasts",
    "network",
    "safety",
    "privacy",
    "setup",
    "home",
)
"""From the lowest to the highest: a room may use those before it, never those after it."""


def load_all() -> None:
    """Import every room, so that each operation, job and listener is declared. Every entry point calls it first."""
    for room in ROOMS:
        import_module(f"services.{room}")
