#!/usr/bin/env bash
# Runs a command that needs Docker, such as the tests of the containers:
#
#   tests/deploy/with_docker.sh .venv/bin/python -m pytest tests/deploy/on_docker.py
#
# It uses the Docker that answers. If none does, root gets one that ends with the command. Where no image registry answers,
# stand-ins made of Debian's packages take the place of the base images (standin_images/build.sh). Where Compose v2 is
# missing, as on Debian 12, it is unpacked from Debian 13's package for this command alone, and so is Pebble, an ACME server.
#
# TOKO_TEST_DOCKER=FOLDER keeps the images and volumes of that Docker in a folder of its own.
# TOKO_TEST_CPU=0 TOKO_TEST_MEMORY=2g starts a Docker of its own, pinned with all its containers to that CPU and that memory.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=/usr/bin:$PATH # Debian's docker.io, whose client and server fit each other

fail() { echo "$*" >&2; exit 1; }

start_docker() {
  ((EUID == 0)) || fail "Docker does not answer. Start it, and add yourself to its group; or run this as root."
  command -v dockerd >/dev/null || fail "Docker is not installed: apt-get install docker.io"
  if command -v cgroupfs-mount >/dev/null; then cgroupfs-mount || true; fi
  if [[ -e /.dockerenv ]]; then delegate_cgroups; fi
  export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
  mkdir -p "$(dirname "${DOCKER_HOST#unix://}")"
  log=$(mktemp)
  options=(--host "$DOCKER_HOST" ${TOKO_TEST_DOCKER:+--data-root "$TOKO_TEST_DOCKER"})
  if [[ -n ${TOKO_TEST_CPU:-} ]]; then
    make_small_machine
    options+=(--cgroup-parent /toko-small)
  fi
  ${TOKO_TEST_CPU:+taskset -c "$TOKO_TEST_CPU"} dockerd "${options[@]}" &>"$log" &
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

# A group for all containers, with one CPU and little memory, as version 1 or 2 of cgroups has it.
make_small_machine() {
  local top=/sys/fs/cgroup memory=${TOKO_TEST_MEMORY:-2g}
  memory=$((${memory%g} << 30))
  if [[ -e $top/cgroup.controllers ]]; then
    mkdir -p "$top/toko-small"
    echo "$TOKO_TEST_CPU" >"$top/toko-small/cpuset.cpus"
    echo "$memory" >"$top/toko-small/memory.max"
  else
    mkdir -p "$top"/{cpuset,memory}/toko-small
    cat "$top/cpuset/cpuset.mems" >"$top/cpuset/toko-small/cpuset.mems"
    echo "$TOKO_TEST_CPU" >"$top/cpuset/toko-small/cpuset.cpus"
    echo 1 >"$top/memory/toko-small/memory.use_hierarchy" || true
    echo "$memory" >"$top/memory/toko-small/memory.limit_in_bytes"
  fi
}

# Debian 12 has no Compose v2, and neither Debian 12 nor others have Pebble at hand.
provide_programs() {
  local folder=${XDG_CACHE_HOME:-$HOME/.cache}/toko-tests/trixie
  if ! docker compose version &>/dev/null || ! command -v pebble >/dev/null; then
    [[ -x $folder/usr/bin/pebble ]] || tests/deploy/debian_package.sh "$folder" docker-compose pebble
    export PATH=$PATH:$folder/usr/bin
  fi
  if ! docker compose version &>/dev/null; then
    DOCKER_CONFIG=$(mktemp -d)
    export DOCKER_CONFIG
    mkdir "$DOCKER_CONFIG/cli-plugins"
    ln -s "$folder/usr/libexec/docker/cli-plugins/docker-compose" "$DOCKER_CONFIG/cli-plugins/"
  fi
}

is_there() { docker image inspect "$1" || timeout 300 docker pull -q "$1"; } &>/dev/null

(($#)) || fail "Which command? $0 COMMAND…"
if [[ -n ${TOKO_TEST_CPU:-} ]] || ! docker info &>/dev/null; then start_docker; fi
provide_programs

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
