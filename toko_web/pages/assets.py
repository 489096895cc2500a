"""Serves the style sheet and the scripts. Their address has a version, so browsers keep them until they change."""

import hashlib
from os import PathLike, stat_result
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).with_name("static")
KEPT = "public, max-age=31536000, immutable"


def _version() -> str:
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(FOLDER.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


VERSION = _version()
"""Changes with any of the files, because modules name each other without a version."""
URL = f"/static/{VERSION}"


class Assets(StaticFiles):
    """Serves the files below /static/VERSION for ever, and below /static and any other version for now."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def lookup_path(self, path: str) -> tuple[str, stat_result | None]:
        """Find a file, with or without a version in front of its name."""
        return super().lookup_path(Path(path).name)

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Respond with a file, and say how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_ours = scope["path"].split("/")[-2:-1] == [VERSION]
        response.headers["Cache-Control"] = KEPT if is_ours else "no-cache"
        return response
