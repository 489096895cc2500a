"""Which words of the vocabulary each typed word may mean."""
