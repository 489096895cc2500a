"""The worker of all publications in the tests of one process."""

from toko_assets.publishing.index.worker import Worker

WORKER = Worker()
