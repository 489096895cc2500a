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
"""For an address with the version: other files have another one."""
ASKED = "public, no-cache"
"""For an address without it: the browser keeps the file and asks each time whether it is still the newest."""
PREFIX = "/static"
FEWEST_SAVED = 100
"""Bytes that compression must save."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory."""

    kind: str
    content: bytes
    compressed: bytes | None
    """None if that is hardly shorter."""
    tag: str
    """The entity tag, of the content."""


class StaticFiles:
    """The files of a folder, as they were at the start.

    Their addresses have a version, which changes with any of the files: modules name each other without one.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {file.name: _read(file) for file in sorted(folder.iterdir()) if file.is_file()}
        tags = "".join(f"{name} {file.tag}\n" for name, file in self._files.items())
        self.version = hashlib.blake2b(tags.encode(), digest_size=6).hexdigest()
        self.url = f"{PREFIX}/{self.version}"
        """The address that the names of the files are below."""
        self.router = APIRouter(include_in_schema=False)
        """The route that serves the files."""
        self.router.add_api_route(f"{PREFIX}/{{name:path}}", self._serve, methods=["GET"], response_model=None)

    async def _serve(self, request: Request, name: str) -> Response:
        version, _, name = name.rpartition("/")
        file = self._files.get(name)
        if file is None or "/" in version:
            raise HTTPException(404)
        kept = KEPT if version == self.version else ASKED
        headers = {"ETag": file.tag, "Cache-Control": kept, "Vary": "Accept-Encoding"}
        if file.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if file.compressed is not None and takes_gzip(request.headers):
            headers["Content-Encoding"] = "gzip"
            return Response(file.compressed, headers=headers, media_type=file.kind)
        return Response(file.content, headers=headers, media_type=file.kind)


def _read(file: Path) -> StaticFile:
    content = file.read_bytes()
    compressed = gzip.compress(content, mtime=0)
    kind = "text/javascript" if file.suffix in {".js", ".mjs"} else mimetypes.guess_type(file.name)[0]
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    is_shorter = len(compressed) <= len(content) - FEWEST_SAVED
    tag = f'W/"{digest}"'  # weak, because it is that of the compressed bytes as well
    return StaticFile(kind or "application/octet-stream", content, compressed if is_shorter else None, tag)
