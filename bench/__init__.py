"""Benches: ``make bench-NAME``; each measures the product against a floor in the same run."""
