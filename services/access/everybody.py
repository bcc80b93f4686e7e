"""Whether every account may create messages (D10), asked on every run of somebody who is signed in."""

from sqlalchemy import ColumnElement, exists

from data.models.access import Creators, MessageRule


def everybody_creates() -> ColumnElement[bool]:
    """Return the condition that every account may create messages."""
    return exists().where(MessageRule.creators == Creators.EVERYBODY)
