"""CSV imports of people, departments and what belongs to people (CSV一括登録, D01, D03–D06): upload to applying.

A mapped column is authoritative: an empty cell clears the value. Never cleared are code, names, login and, since a
person always has one, the language (it becomes Japanese). A column that is not mapped leaves its value alone. The mail
columns are one group: if one of them is mapped, a person's addresses become exactly those of the mapped ones.
People and departments that the file does not name stay as they are.

What people may have several of (departments, regions, permission sets) has files of its own, a thing a row:
``belongings`` compares and writes any of them, a ``Noun`` says what is special, one file each.
"""
