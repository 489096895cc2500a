"""Serves the metrics for Prometheus."""

import asyncio
from socket import socket
from threading import Thread
from typing import Any

from prometheus_client import CollectorRegistry, make_wsgi_app
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.wsgi import WSGIContainer

from toko_bot.service.listeners.server import LimitedServer


class MetricsListener:
    """Serves a registry in a thread of its own, because the metrics must say it if the bot hangs."""

    def __init__(self, registry: CollectorRegistry, address: str, port: int) -> None:
        """Listen, until `stop` is called. Raises OSError if the port cannot be opened."""
        self._application: Any = _Silent(make_wsgi_app(registry))
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        work = self._serve(bind_sockets(port, address))
        self._thread = Thread(target=self._loop.run_until_complete, args=(work,), name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and all connections."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self, sockets: list[socket]) -> None:
        server = LimitedServer(self._application, max_body_size=0)
        server.add_sockets(sockets)
        await self._stopped.wait()
        server.stop()
        await server.close_all_connections()


class _Silent(WSGIContainer):
    """Logs no request."""

    def _log(self, status_code: int, request: HTTPServerRequest) -> None:
        pass
