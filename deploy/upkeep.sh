#!/usr/bin/env bash
# `make backup` and `make restore-backup`: of the containers, or of the installation in this checkout if it has none.
#   COMPOSE="docker compose" deploy/upkeep.sh backup FOLDER KEEP
#   COMPOSE="docker compose" deploy/upkeep.sh restore FROM
set -euo pipefail
umask 077

fail() { echo "$*" >&2; exit 1; }
without_containers() {
  [[ -x .venv/bin/toko ]] || fail "There are neither containers nor .venv here: run \`make install\`, then try again."
  exec env -u COMPOSE .venv/bin/toko "$@"  # toko would take it for a setting with a typo
}
in_code() { $COMPOSE exec -T code "$@"; }
have_containers() {
  { in_code true || docker volume inspect toko_data || grep -q '^POSTGRES_PASSWORD=.' .env; } &>/dev/null
}

backup() {
  local to=${1:-.} keep=${2:-}
  [[ $keep =~ ^([1-9][0-9]*)?$ ]] || fail "KEEP must be a number from 1 on: make backup KEEP=7"
  if ! have_containers; then
    without_containers backup "$to/" ${keep:+--keep "$keep"}
  fi
  in_code true &>/dev/null || fail "The containers do not run: start them with \`make up\`, then try again."
  mkdir -p "$to"
  file=$to/toko-backup-$(date +%Y%m%d-%H%M%S).tar.gz
  trap 'rm -f "$file.part"' EXIT
  in_code toko backup - >"$file.part"
  sync "$file.part"
  mv "$file.part" "$file"
  echo "$file: $(du -h "$file" | cut -f 1)"
  [[ -z $keep ]] || ls -t "$to"/toko-backup-*.tar.gz | tail -n "+$((keep + 1))" | xargs -r -d '\n' rm -v --
}

read_backup() { # a folder is a backup of an earlier version
  if [[ -d $from ]]; then tar -C "$from" -c dagster.dump data.tar.gz; else cat "$from"; fi
}

restore() {
  from=${1:-}
  [[ -n $from && -r $from ]] || fail "Which one? make restore-backup FROM=toko-backup-TIME.tar.gz"
  if ! have_containers; then
    without_containers restore-backup "$from"
  fi
  $COMPOSE up -d postgres migrate code
  read_backup | in_code toko restore-backup --check -
  $COMPOSE stop -t 30 webserver daemon
  docker ps -q --filter label=dagster/run_id | xargs -r docker stop -t 30
  status=0
  read_backup | in_code toko restore-backup - || status=$?
  $COMPOSE up -d
  exit "$status"
}

"$@"
