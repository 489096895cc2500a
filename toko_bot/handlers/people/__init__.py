"""The handlers about people: strangers who ask for access, and the owners who decide, change and remove."""
