"""People (人): the register, one person, departments, lists, import from CSV."""
