"""The product search: names in, an index, ranked rows out. Knows neither Telegram nor DuckDB."""

from toko_core.search.index import Hit, SearchIndex

__all__ = ["Hit", "SearchIndex"]
