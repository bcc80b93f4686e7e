"""Regions of people (所属地域, D06): from what people write to a code, whose warnings hold, and who added what."""
