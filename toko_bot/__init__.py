"""What answers people: the search engine and the reader of the published catalogue.

Imports neither Dagster nor toko_assets.
"""
