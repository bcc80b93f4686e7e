"""Invitations as pages."""
