"""The sample organisation: invented, deterministic, about 500 people; see ``organisation``."""
