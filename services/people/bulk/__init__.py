"""Changing many people at once (一括変更): choose them, see what would become of whom, then one change-set."""
