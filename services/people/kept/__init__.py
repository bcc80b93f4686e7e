"""What is kept of changes to people, departments, lists and roles, and how an undo brings them back."""

from services.changes import register
from services.people.kept.departments import Departments
from services.people.kept.lists import Lists
from services.people.kept.people import People
from services.people.kept.roles import AccountRoles

DEPARTMENTS = register(Departments())
PEOPLE = register(People())
LISTS = register(Lists())
ACCOUNT_ROLES = register(AccountRoles())

__all__ = ["ACCOUNT_ROLES", "DEPARTMENTS", "LISTS", "PEOPLE"]
