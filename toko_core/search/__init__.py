"""The product search: builds an index of names and returns ranked rows. It uses neither Telegram nor DuckDB."""

from toko_core.search.index import Hit, SearchIndex

__all__ = ["Hit", "SearchIndex"]
