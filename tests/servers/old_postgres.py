"""A fake PostgreSQL server with only the start of the real protocol: it accepts any login and reports a version."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

SSL_REQUEST, GSSENC_REQUEST = 80877103, 80877104


@contextmanager
def postgres_of_version(version: str) -> Iterator[int]:
    """Listen on 127.0.0.1 until the block ends. Yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, version), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)  # ends accept()
        thread.join()


def _serve(listening: socket.socket, version: str) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        with client, client.makefile("rb") as received:
            while _start_packet(received) in (SSL_REQUEST, GSSENC_REQUEST):
                client.sendall(b"N")
            client.sendall(
                _message(b"R", struct.pack("!I", 0))  # AuthenticationOk
                + _parameter("server_version", version)
                + _parameter("server_encoding", "UTF8")
                + _parameter("client_encoding", "UTF8")
                + _parameter("standard_conforming_strings", "on")
                + _message(b"Z", b"I")  # ReadyForQuery
            )
            received.read()  # until the client disconnects


def _start_packet(received: IO[bytes]) -> int:
    """Read the code of a packet without a type: the protocol version, or a request for encryption."""
    (length,) = struct.unpack("!I", received.read(4))
    (code,) = struct.unpack("!I", received.read(length - 4)[:4])
    return int(code)


def _parameter(name: str, value: str) -> bytes:
    return _message(b"S", name.encode() + b"\0" + value.encode() + b"\0")


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content
