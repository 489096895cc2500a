"""The messages about quotations."""
