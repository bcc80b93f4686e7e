"""Comments as pages."""
