"""What the tests of own fields' pages share with those of people."""

from tests.pages.people.conftest import asked, database

__all__ = ["asked", "database"]
