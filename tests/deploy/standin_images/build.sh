#!/usr/bin/env bash
# Makes stand-ins of the base images from Debian's packages, for tests where no image registry answers:
#
#   tests/deploy/standin_images/build.sh python postgres caddy
#
# makes toko-standin-python, … They have what the Dockerfile and docker-compose.yml need of the public images, no more.
# Needs root, debootstrap, a running Docker, and Debian's package archive. The first time takes a minute.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
debian=toko-standin-debian

if ! docker image inspect "$debian" &>/dev/null; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" &>"$work/log" || { tail "$work/log" >&2; exit 1; }
  # What this machine trusts, the images trust: it may reach PyPI through a proxy with a certificate of its own.
  cp -L /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
  tar -C "$work/root" --exclude './var/cache/apt/archives/*.deb' --exclude './var/lib/apt/lists/*' -c . \
    | docker import - "$debian" >/dev/null
fi

for kind in "$@"; do
  DOCKER_BUILDKIT=1 docker build -q --target "$kind" -t "toko-standin-$kind" "$here" >/dev/null
done
