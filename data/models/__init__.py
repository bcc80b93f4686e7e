"""The tables, one file a room. Importing this package registers all of them for migrations."""

from core.audit import AuditPersonal, AuditRecord
from core.progress import Work
from core.seals import AuditSeal, AuditSealed
from data.models import (
    access,
    areas,
    broadcasts,
    changes,
    comments,
    delivery,
    desk,
    fields,
    home,
    people,
    people_search,
    privacy,
    safety,
    scim,
    setup,
    webhooks,
)

__all__ = [
    "AuditPersonal",
    "AuditRecord",
    "AuditSeal",
    "AuditSealed",
    "Work",
    "access",
    "areas",
    "broadcasts",
    "changes",
    "comments",
    "delivery",
    "desk",
    "fields",
    "home",
    "people",
    "people_search",
    "privacy",
    "safety",
    "scim",
    "setup",
    "webhooks",
]
