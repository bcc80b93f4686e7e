"""Broadcasts (一斉送信, D08, D13, D14)."""
