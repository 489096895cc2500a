# Two images of one file: the platform (Dagster and the chain) and the bot, which has neither Dagster nor PostgreSQL.
#   docker build --target platform -t toko-platform .
#   docker build --target bot -t toko-bot .
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS base
ENV PATH=/opt/toko/bin:/app/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TOKO_DATA_DIR=/data
# Volumes that are empty take over the folders' owner.
RUN useradd --uid 10001 --create-home --home-dir /home/toko --shell /usr/sbin/nologin toko \
 && install -d -o toko -g toko -m 0755 /data /data/catalog /data/inbox /inbox
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
COPY toko_assets /src/toko_assets
RUN pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /tmp /src \
 && pip --python /opt/toko/bin/python install --quiet --no-deps --no-index --target /app /tmp/*.whl

# Packages come before code: a change of code builds nothing but the last layers anew.
FROM base AS bot
COPY requirements/bot.txt /tmp/
RUN python -m venv --without-pip /opt/toko \
 && pip --python /opt/toko/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r /tmp/bot.txt \
 && find /opt/toko -type d -name tests -prune -exec rm -r {} +
LABEL org.opencontainers.image.title="toko bot" \
      org.opencontainers.image.description="Telegram bot: prices from a catalogue" \
      org.opencontainers.image.licenses="MIT"
COPY --from=code /app/toko_core toko_core
COPY --from=code /app/toko_bot toko_bot
USER 10001
HEALTHCHECK --interval=15s --timeout=15s --start-period=30s CMD ["python", "-m", "toko_bot", "--check"]
CMD ["python", "-m", "toko_bot"]

FROM base AS platform
COPY requirements/platform.txt /tmp/
RUN python -m venv --without-pip /opt/toko \
 && pip --python /opt/toko/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r /tmp/platform.txt \
 && find /opt/toko -type d -name tests -prune -exec rm -r {} +
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
