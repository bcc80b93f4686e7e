"""The tables, one file a room. Importing this package registers all of them for migrations."""

from core.audit import AuditPersonal, AuditRecord
from core.progress import Work
from core.seals import AuditSeal, AuditSealed
from data.models import (
    access,
    applications,
    areas,
    broadcasts,
    changes,
    channels,
    comments,
    delivery,
    desk,
    directory,
    fields,
    home,
    invitations,
    network,
    people,
    people_search,
    privacy,
    registration,
    registration_guides,
    safety,
    scim,
    setup,
    webhooks,
)

__all__ = [
    "AuditPersonal", "AuditRecord", "AuditSeal", "AuditSealed", "Work", "access", "applications", "areas",
    "broadcasts", "changes", "channels", "comments", "delivery", "desk", "directory", "fields", "home", "invitations",
    "network", "people", "people_search", "privacy", "registration",
    "registration_guides", "safety", "scim", "setup", "webhooks",
]  # fmt: skip
