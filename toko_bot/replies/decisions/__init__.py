"""The messages about what owners decide: questions, what was decided, earlier catalogues, and quiet hours."""
