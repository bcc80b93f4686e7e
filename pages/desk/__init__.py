"""What one's own desk shows."""
