"""Health checks of the platform's containers: `python -m toko_deploy.health code|webserver|daemon`.

They do not import Dagster, which would take two seconds and 150 MB each time.
"""

import os
import sys
import urllib.request
from collections.abc import Callable

OLDEST_HEARTBEAT = 120
"""Seconds. The daemons write a heartbeat every 30."""
SECONDS = 10
HEARTBEATS = """SELECT daemon_type FROM daemon_heartbeats
    GROUP BY daemon_type HAVING max("timestamp") < (now() AT TIME ZONE 'UTC') - make_interval(secs => %s)"""


def code() -> str | None:
    """Check that the code location responds."""
    import grpc  # type: ignore[import-untyped]
    from grpc_health.v1.health_pb2 import HealthCheckRequest  # type: ignore[import-untyped]
    from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

    with grpc.insecure_channel("127.0.0.1:4000") as channel:
        status = HealthStub(channel).Check(HealthCheckRequest(service="DagsterApi"), timeout=SECONDS).status
    return None if status == 1 else f"the code location's health status is {status}"


def webserver() -> str | None:
    """Check that the web interface responds."""
    with urllib.request.urlopen("http://127.0.0.1:3000/dagster/server_info", timeout=SECONDS):
        return None


def daemon() -> str | None:
    """Check that every daemon has a recent heartbeat, and that run containers can be started."""
    import psycopg

    if "DOCKER_HOST" not in os.environ and not os.access("/var/run/docker.sock", os.R_OK | os.W_OK):
        return "no access to the Docker socket: is DOCKER_GID right?"
    with psycopg.connect(
        host=os.environ["DB_HOST"], user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"],
        dbname="dagster", connect_timeout=SECONDS,
    ) as connection:  # fmt: skip
        if not connection.execute("SELECT FROM daemon_heartbeats LIMIT 1").fetchall():
            return "no heartbeat yet"
        late = [row[0] for row in connection.execute(HEARTBEATS, [OLDEST_HEARTBEAT])]
    return f"no recent heartbeat: {', '.join(late)}" if late else None


CHECKS: dict[str, Callable[[], str | None]] = {"code": code, "webserver": webserver, "daemon": daemon}


def main() -> None:
    """Run a check. If something is wrong, print one line and exit with status 1."""
    try:
        wrong = CHECKS[sys.argv[1]]()
    except Exception as error:  # any error means that the container is not healthy
        wrong = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    if wrong:
        sys.exit(wrong)


if __name__ == "__main__":
    main()
