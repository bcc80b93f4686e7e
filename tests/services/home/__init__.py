"""Home and notices."""
