#!/usr/bin/env bash
# Runs a command that needs Docker, such as the tests of the containers:
#
#   tests/deploy/with_docker.sh .venv/bin/python -m pytest tests/deploy/on_docker.py
#
# It uses the Docker that answers. If none does, root gets one that ends with the command. Where no image registry answers,
# stand-ins made of Debian's packages take the place of the base images (standin_images/build.sh).
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=/usr/bin:$PATH # Debian's docker.io, whose client and server fit each other

fail() { echo "$*" >&2; exit 1; }

start_docker() {
  ((EUID == 0)) || fail "Docker does not answer. Start it, and add yourself to its group; or run this as root."
  command -v dockerd >/dev/null || fail "Docker is not installed: apt-get install docker.io docker-compose"
  if command -v cgroupfs-mount >/dev/null; then cgroupfs-mount || true; fi
  if [[ -e /.dockerenv ]]; then delegate_cgroups; fi
  export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
  mkdir -p "$(dirname "${DOCKER_HOST#unix://}")"
  log=$(mktemp)
  dockerd --host "$DOCKER_HOST" &>"$log" &
  server=$!
  trap 'kill "$server"; wait "$server" || true; rm "$log"' EXIT
  for _ in {1..120}; do
    docker info &>/dev/null && return
    kill -0 "$server" 2>/dev/null || fail "dockerd did not start: $(tail -5 "$log")"
    sleep 0.5
  done
  fail "dockerd does not answer: $(tail -5 "$log")"
}

# Docker in a container, with version 2 of cgroups: a group that has processes cannot limit groups below it.
delegate_cgroups() {
  local top=/sys/fs/cgroup
  [[ -w $top/cgroup.subtree_control ]] || return 0
  mkdir -p "$top/tests"
  for process in $(<"$top/cgroup.procs"); do
    echo "$process" >"$top/tests/cgroup.procs" || true # it may have ended
  done
  for controller in $(<"$top/cgroup.controllers"); do
    echo "+$controller" >"$top/cgroup.subtree_control" || true
  done
}

is_there() { docker image inspect "$1" || timeout 300 docker pull -q "$1"; } &>/dev/null

(($#)) || fail "Which command? $0 COMMAND…"
docker info &>/dev/null || start_docker

for kind in python postgres caddy; do
  name=${kind^^}_IMAGE
  image=${!name:-$(sed -n "s/^$name=//p" .env.example)}
  if ! is_there "$image"; then
    command -v debootstrap >/dev/null || fail "$image cannot be pulled, and a stand-in needs debootstrap: apt-get install debootstrap"
    tests/deploy/standin_images/build.sh "$kind"
    image=toko-standin-$kind
  fi
  export "$name=$image"
done

"$@"
