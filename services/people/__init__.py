"""People (人, D01, D03, D04, D06): persons, departments, memberships, regions, contact points, imports."""
