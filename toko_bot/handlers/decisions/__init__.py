"""The handlers about what owners decide: blocked publications, databases, earlier catalogues, syncs, quiet hours."""
