"""Registration as pages."""
