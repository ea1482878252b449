"""`tuning`: the search over settings."""
