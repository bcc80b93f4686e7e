"""Own fields."""
