"""Privacy as pages."""
