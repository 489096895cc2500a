"""The command: Dagster's web server behind the guard."""

import re
import sys
from asyncio import CancelledError
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import click
import dagster as dg
import uvicorn
from dagster._cli.utils import assert_no_remaining_opts
from dagster._cli.workspace.cli_target import workspace_opts_to_load_target
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._utils.interrupts import setup_interrupt_handlers
from dagster._utils.log import configure_loggers
from dagster_shared.cli import WorkspaceOpts, workspace_options
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.cli import DEFAULT_DB_STATEMENT_TIMEOUT, DEFAULT_POOL_MAX_OVERFLOW, DEFAULT_POOL_RECYCLE
from dagster_webserver.version import __version__
from starlette.applications import Starlette
from starlette.types import ASGIApp

from toko_assets.common.settings import WebSettings
from toko_assets.defs.webserver.guard import Guard
from toko_assets.defs.webserver.prefix import Prefix
from toko_core import SettingError
from toko_core.settings import load

LIVE_POLL_MS = 2000
"""How often a page asks for the state of assets: Dagster's default."""
PREFIX = re.compile(r"(/[\w-]+)*")


def _check_prefix(_: click.Context, __: click.Parameter, prefix: str) -> str:
    if not PREFIX.fullmatch(prefix):
        raise click.BadParameter("must begin with a slash and have none at its end, like /dagster")
    return prefix


@click.command()
@click.option("--host", "-h", default="127.0.0.1", show_default=True)
@click.option("--port", "-p", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option("--path-prefix", "-l", default="", callback=_check_prefix, help="Where the pages are: such as /dagster.")
@workspace_options
def main(host: str, port: int, path_prefix: str, **options: object) -> None:
    """Serve Dagster's web interface until SIGINT or SIGTERM. A wrong setting ends it with status 1 and one line."""
    workspace = WorkspaceOpts.extract_from_cli_options(options)
    assert_no_remaining_opts(options)
    try:
        hosts = load(WebSettings).hosts
    except SettingError as error:
        sys.exit(str(error))
    configure_loggers()
    setup_interrupt_handlers()
    with dg.DagsterInstance.get() as instance:
        instance.optimize_for_webserver(DEFAULT_DB_STATEMENT_TIMEOUT, DEFAULT_POOL_RECYCLE, DEFAULT_POOL_MAX_OVERFLOW)
        with WorkspaceProcessContext(
            instance,
            version=__version__,
            workspace_load_target=workspace_opts_to_load_target(workspace),
            code_server_log_level="warning",
        ) as process:
            app: ASGIApp = create_app_from_workspace_process_context(
                process, path_prefix, LIVE_POLL_MS, lifespan=_lifespan
            )
            if path_prefix:
                app = Prefix(app, path_prefix)
            uvicorn.run(Guard(app, hosts), host=host, port=port, log_level="warning")


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    """End without a traceback after Ctrl-C, as Dagster does."""
    with suppress(CancelledError):
        yield


if __name__ == "__main__":
    main()
