"""The vendors of directory sync."""
