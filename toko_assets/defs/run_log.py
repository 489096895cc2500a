"""The log of a run outside the web interface: Dagster's events go to the Python logger `toko.run`, one line each."""

import logging

import dagster as dg

LOGGER = "toko.run"


@dg.logger
def run_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Hands the run's log to Python's logging, where `toko` shows its progress."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)  # the beginning and end of a step are debug messages
    return logger
