"""The client's own rules, replayed on its own past with only what was known then."""
