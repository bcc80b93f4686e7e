"""Registration as pages: parts of other pages."""
