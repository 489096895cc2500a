"""The read-only API for programs, below /v1."""
