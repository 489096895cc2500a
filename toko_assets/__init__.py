"""The chain from an iPOS 5 backup to the published catalogue, as a Dagster code location and the `toko` command."""

import os

# Arrow's own allocator keeps what was freed, up to 100 MB of it, beside the C library's. Read when Arrow is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
