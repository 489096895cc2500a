"""The worker of all publications in the tests of one process."""

from toko_assets.common.worker import Worker

WORKER = Worker()
