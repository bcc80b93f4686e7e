"""What is kept of changes to people, departments and lists, and how an undo brings them back."""

from services.changes import register
from services.people.kept.departments import Departments
from services.people.kept.lists import Lists
from services.people.kept.people import People

DEPARTMENTS = register(Departments())
PEOPLE = register(People())
LISTS = register(Lists())

__all__ = ["DEPARTMENTS", "LISTS", "PEOPLE"]
