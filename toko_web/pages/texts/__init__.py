"""The sentences of pages whose values are in Python."""
