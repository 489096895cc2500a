"""Sends a run's log to Python's logging: Dagster's events go to the logger `toko.run`, one line each."""

import logging

import dagster as dg

LOGGER = "toko.run"


@dg.logger
def run_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Return the logger from which the `toko` command shows progress."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)  # the start and end of a step are debug messages
    return logger
