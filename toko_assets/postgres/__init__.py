"""PostgreSQL: what a server is to us, and the embedded one."""
