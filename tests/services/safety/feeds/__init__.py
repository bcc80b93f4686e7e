"""The automatic reading of JMA's feeds."""
