"""SCIM: what a page of keys says about directories."""
