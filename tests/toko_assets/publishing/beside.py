"""The worker of all publications in the tests of one process."""

import atexit

from toko_assets.publishing.index.worker import Worker

WORKER = Worker()
atexit.register(WORKER.stop)
