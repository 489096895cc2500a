from tests.toko_core.state.databases import state, url

__all__ = ["state", "url"]
