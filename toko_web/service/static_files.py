"""Serves the few files of the pages from memory, compressed once at the start."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from toko_web.service.edge.compression import takes_gzip

KEPT = "public, max-age=31536000, immutable"
"""For an address with the hash of the content: another content has another address."""
ASKED = "public, no-cache"
"""For an address without it: the browser keeps the file and asks each time whether it is still the newest."""
HASH = "v"
PREFIX = "/static/"
FEWEST_SAVED = 100


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory."""

    kind: str
    content: bytes
    compressed: bytes | None
    """None if that is hardly shorter."""
    digest: str


class StaticFiles:
    """The files of a folder and of those in it, as they were at the start."""

    def __init__(self, folder: Path) -> None:
        files = (file for file in sorted(folder.rglob("*")) if file.is_file())
        self._files = {file.relative_to(folder).as_posix(): _read(file) for file in files}

    def url(self, name: str) -> str:
        """Return the address of a file, with the hash of its content. Raises KeyError."""
        return f"{PREFIX}{name}?{HASH}={self._files[name].digest}"

    def router(self) -> APIRouter:
        """Return the route that serves the files."""
        router = APIRouter()
        router.add_api_route(
            f"{PREFIX}{{name:path}}", self._serve, methods=["GET", "HEAD"], include_in_schema=False, response_model=None
        )
        return router

    async def _serve(self, request: Request, name: str) -> Response:
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        tag = f'W/"{file.digest}"'
        kept = request.query_params.get(HASH) == file.digest
        headers = {"ETag": tag, "Cache-Control": KEPT if kept else ASKED, "Vary": "Accept-Encoding"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if file.compressed is not None and takes_gzip(request.headers):
            headers["Content-Encoding"] = "gzip"
            return Response(file.compressed, headers=headers, media_type=file.kind)
        return Response(file.content, headers=headers, media_type=file.kind)


def _read(file: Path) -> StaticFile:
    content = file.read_bytes()
    compressed = gzip.compress(content, mtime=0)
    kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0]
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    is_shorter = len(compressed) <= len(content) - FEWEST_SAVED
    return StaticFile(kind or "application/octet-stream", content, compressed if is_shorter else None, digest)
