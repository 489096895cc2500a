"""The command `python -m toko_web`, which is the same as `toko web`. The image of the pages has no other command."""

import argparse
import logging
import sys

from toko_core import SettingError
from toko_core.settings import env_warnings
from toko_core.text import escape_controls
from toko_web.settings import load_settings

log = logging.getLogger("toko_web")


class WebError(Exception):
    """The server cannot run. The message is one line that says what to do."""


def run_web(*, check: bool) -> None:
    """Serve the pages until a signal, or check that they are served. Raises SettingError and WebError."""
    settings = load_settings()
    if check:  # runs every minute, so it does not load the server
        from toko_web.service.asking import ask_health

        if (problem := ask_health(settings)) is not None:
            raise WebError(problem)
        return
    if sys.stdout.isatty():
        print("Starting the catalogue's pages …", flush=True)
    from toko_core.log import escape_records
    from toko_core.settings.process import tune_process

    tune_process()
    escape_records()
    from toko_core.state.database import StateError
    from toko_web.app import build_app, surround
    from toko_web.service.process import open_port, serve, start_log
    from toko_web.sign_in.open_mode import refuse_to_start

    start_log(settings)
    for warning in env_warnings():
        log.warning(warning)
    try:
        app = build_app(settings)
    except StateError as error:  # STATE_URL is no address
        raise WebError(str(error)) from None
    refuse_to_start(settings, app.state.shop.people)
    serve(surround(app), settings, open_port(settings))


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser("python -m toko_web", description="The catalogue's pages and API.")
    parser.add_argument("--check", action="store_true", help="only check that the newest catalogue is served")
    try:
        run_web(check=parser.parse_args().check)
    except (SettingError, WebError) as error:
        print(f"toko: {escape_controls(str(error))}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
