"""The command `python -m toko_web`, which is the same as `toko web`."""

import sys

import uvicorn

from toko_core import SettingError
from toko_core.text import escape_controls
from toko_web.app import build_app
from toko_web.settings import PageSettings, load_settings


def run_web(settings: PageSettings) -> None:
    """Serve until SIGINT or SIGTERM."""
    host, port = settings.listen_place
    uvicorn.run(build_app(settings), host=host, port=port, log_level="warning", server_header=False, access_log=False)


def main() -> None:
    """Entry point."""
    try:
        run_web(load_settings())
    except SettingError as error:
        print(f"toko: {escape_controls(str(error))}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
