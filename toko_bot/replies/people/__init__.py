"""The messages about people: requests for access, the list of people, and the audit list."""
