"""Directory sync (D02): people taken from other systems."""
