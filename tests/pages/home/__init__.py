"""Home and notices as pages."""
