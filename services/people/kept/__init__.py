"""What is kept of changes to people and departments, and how an undo brings them back."""

from services.changes import register
from services.people.kept.departments import Departments
from services.people.kept.people import People

DEPARTMENTS = register(Departments())
PEOPLE = register(People())

__all__ = ["DEPARTMENTS", "PEOPLE"]
