"""Dagster's code server in one process: a fork of `toko up` loads the code, and serves it.

`dagster code-server start` starts a second interpreter for the code, which takes 200 MB and shares nothing.
"""

import logging
import sys
from pathlib import Path
from threading import Event
from typing import Any

from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import FuturesAwareThreadPoolExecutor
from dagster._grpc.server import DagsterApiServer, DagsterGrpcServer
from dagster._utils.interrupts import setup_interrupt_handlers
from dagster._utils.log import configure_loggers

from toko_assets.cli.dev.programs import LOCATION, MODULE


class CodeServer(DagsterApiServer):
    """Ends when the code is to be loaded again. Its supervisor then starts another one, with the settings of now."""

    def ReloadCode(self, *request: Any) -> Any:  # noqa: N802 -- gRPC's name
        """End, as ShutdownServer does: *Reload* was pressed in the web interface."""
        self._shutdown_once_executions_finish_event.set()
        return super().ReloadCode(*request)


def serve_code(socket: str) -> None:
    """Load the code location and serve it on a Unix socket, until SIGINT, SIGTERM or *Reload*."""
    setup_interrupt_handlers()
    configure_loggers(log_level="ERROR")
    logger, end = logging.getLogger("dagster.code_server"), Event()
    executor = FuturesAwareThreadPoolExecutor()
    servicer = CodeServer(
        server_termination_event=end,
        logger=logger,
        server_threadpool_executor=executor,
        loadable_target_origin=LoadableTargetOrigin(
            executable_path=sys.executable, module_name=MODULE, working_directory=str(Path.cwd())
        ),
        lazy_load_user_code=True,
        inject_env_vars_from_instance=True,
        location_name=LOCATION,
    )
    server = DagsterGrpcServer(end, servicer, logger, executor, socket=socket)
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        return
