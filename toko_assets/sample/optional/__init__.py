"""Rows of iPOS's optional tables and columns, which not every shop has."""
