"""Finds the words of the vocabulary that each typed word may mean."""
