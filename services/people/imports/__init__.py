"""CSV imports of people and departments (CSV一括登録, D01, D03, D04, D06): upload, map columns, dry run, apply.

A mapped column is authoritative: an empty cell clears the value. Never cleared are code, names, login and, since a
person always has one, the language (it becomes Japanese). A column that is not mapped leaves its value alone. The mail
columns are one group: if one of them is mapped, a person's addresses become exactly those of the mapped ones.
People and departments that the file does not name stay as they are.
"""
