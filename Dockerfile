# Three images of one file: the platform (Dagster and the chain), and the bot and the catalogue's pages, which have neither
# Dagster nor PostgreSQL.
#   docker build --target platform -t toko-platform .
#   docker build --target bot -t toko-bot .
#   docker build --target web -t toko-web .
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS base
ENV PATH=/opt/toko/bin:/app/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TOKO_DATA_DIR=/data
# The bot and the pages are users of their own, whose group may read the catalogue, and write to the state database. Volumes
# that are empty take over the folders' owner.
RUN groupadd --gid 10001 toko \
 && useradd --uid 10001 --gid toko --create-home --home-dir /home/toko --shell /usr/sbin/nologin toko \
 && useradd --uid 10020 --gid toko --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin toko-bot \
 && useradd --uid 10021 --gid toko --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin toko-web \
 && install -d -o toko -g toko -m 0750 /data /data/catalog /data/inbox \
 && install -d -o toko -g toko -m 2770 /data/state \
 && install -d -o toko -g toko -m 0755 /inbox
WORKDIR /app

FROM base AS code
COPY requirements/dev.txt /tmp/
# Of the lock, what builds a package: pip refuses a requirement that came without a hash.
RUN awk '/^[a-z]/ { wanted = /^(hatchling|packaging|pathspec|pluggy|trove-classifiers)==/ } wanted' /tmp/dev.txt >/tmp/build.txt \
 && pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /tmp/build.txt \
 && python -m venv --without-pip /opt/toko
COPY pyproject.toml README.md LICENSE /src/
COPY toko_core /src/toko_core
COPY toko_bot /src/toko_bot
COPY toko_web /src/toko_web
COPY toko_assets /src/toko_assets
RUN pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /tmp /src \
 && pip --python /opt/toko/bin/python install --quiet --no-deps --no-index --target /app /tmp/*.whl \
 && mkdir /version && cp -r /app/toko-*.dist-info /version

FROM base AS bot-packages
COPY requirements/bot.txt /tmp/
RUN python -m venv --without-pip /opt/toko \
 && pip --python /opt/toko/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r /tmp/bot.txt \
 && find /opt/toko -type d -name tests -prune -exec rm -r {} +

FROM base AS web-packages
COPY requirements/web.txt /tmp/
RUN python -m venv --without-pip /opt/toko \
 && pip --python /opt/toko/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r /tmp/web.txt \
 && find /opt/toko -type d -name tests -prune -exec rm -r {} +

FROM base AS platform-packages
COPY requirements/platform.txt /tmp/
RUN python -m venv --without-pip /opt/toko \
 && pip --python /opt/toko/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r /tmp/platform.txt \
 && find /opt/toko -type d -name tests -prune -exec rm -r {} +

# What runs has neither a compiler nor an installer of packages. An image that brings a compiler is not built on.
FROM base AS runtime
RUN for program in cc gcc c++ g++ clang ld make; do \
      if command -v $program; then echo "PYTHON_IMAGE has $program: take a slim image" >&2; exit 1; fi; \
    done \
 && pip uninstall --quiet --yes --disable-pip-version-check wheel setuptools pip

# Packages come before code: a change of code builds nothing but the last layers anew.
FROM runtime AS bot
COPY --from=bot-packages /opt/toko /opt/toko
LABEL org.opencontainers.image.title="toko bot" \
      org.opencontainers.image.description="Telegram bot: prices from a catalogue" \
      org.opencontainers.image.licenses="MIT"
COPY --from=code /app/toko_core toko_core
COPY --from=code /app/toko_bot toko_bot
USER 10020:10001
HEALTHCHECK --interval=15s --timeout=15s --start-period=30s CMD ["python", "-m", "toko_bot", "--check"]
CMD ["python", "-m", "toko_bot"]

FROM runtime AS web
COPY --from=web-packages /opt/toko /opt/toko
LABEL org.opencontainers.image.title="toko web" \
      org.opencontainers.image.description="Web pages and API: prices from a catalogue" \
      org.opencontainers.image.licenses="MIT"
COPY --from=code /app/toko_core toko_core
COPY --from=code /app/toko_web toko_web
# The API says which version it is.
COPY --from=code /version .
USER 10021:10001
HEALTHCHECK --interval=15s --timeout=15s --start-period=30s CMD ["python", "-m", "toko_web", "--check"]
CMD ["python", "-m", "toko_web"]

FROM runtime AS platform
COPY --from=platform-packages /opt/toko /opt/toko
LABEL org.opencontainers.image.title="toko platform" \
      org.opencontainers.image.description="Dagster: from an iPOS 5 backup to a catalogue of prices" \
      org.opencontainers.image.licenses="MIT"
# matplotlib writes a list of fonts before it draws: /tmp is all that can be written.
ENV DAGSTER_HOME=/opt/dagster \
    MPLCONFIGDIR=/tmp/matplotlib
COPY deploy/dagster /opt/dagster
COPY deploy/toko_deploy toko_deploy
COPY --from=code /app .
USER 10001
