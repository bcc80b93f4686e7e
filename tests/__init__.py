"""Tests mirror the product by the same nouns."""
