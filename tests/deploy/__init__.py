"""What docs/deploy says, started for real."""
