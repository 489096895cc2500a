"""The certificates that connections of this process trust."""

import ssl
from functools import cache

import httpx


@cache
def trusted_certificates() -> ssl.SSLContext:
    """Return them: the first call loads them, which takes 25 ms, in which an event loop does nothing else."""
    return httpx.create_ssl_context()
