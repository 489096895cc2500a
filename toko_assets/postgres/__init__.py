"""PostgreSQL servers: the interface, the embedded one, and an external one."""
