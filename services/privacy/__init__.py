"""Privacy (個人情報保護): how long which data is kept, and erasing whatever tells who a person is."""

from services.privacy import erasing, people, retained  # noqa: F401 - hear of people who are erased, declare what is kept
from services.privacy.erase import ErasedPerson, ErasePerson, erase_person, number_of
from services.privacy.nightly import RetainedRow, keep_to_the_rules, look
from services.privacy.rules import Due, DueAsk, RetentionDays, RetentionRow, due, retention, set_retention

__all__ = [
    "Due", "DueAsk", "ErasePerson", "ErasedPerson", "RetainedRow", "RetentionDays", "RetentionRow", "due",
    "erase_person", "keep_to_the_rules", "look", "number_of", "retention", "set_retention",
]  # fmt: skip
