#!/usr/bin/env bash
# What a newcomer does, on a bare Debian 12: make demo, make test, toko doctor, and a sync of a shop's own backup.
#
#   sudo tests/newcomer/bare_debian.sh            everything, about half an hour
#   sudo tests/newcomer/bare_debian.sh --quick    all but make test, about ten minutes
#
# debootstrap makes the Debian: git, make, python3, python3-venv and CA certificates, nothing else. The committed state of
# this checkout is cloned into it. Each command runs in it as root or as an ordinary user, in namespaces of its own:
# nothing is mounted and no process is left here. How apt and pip reach their registries is taken from this machine.
# MIRROR is where debootstrap finds Debian; ROOT keeps the Debian in that folder, and takes what is there already.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/../.." && pwd)
quick=${1:-}
USER_NAME=budi
[[ $EUID == 0 ]] || { echo "Run this as root: sudo $0" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }

root=${ROOT:-$(mktemp -d /var/tmp/toko-newcomer.XXXXXX)}
chmod 755 "$root"  # it becomes the ordinary user's /
log=$(mktemp)
times=()
[[ -n ${ROOT:-} ]] || trap 'rm -rf --one-file-system "$root"' EXIT

# step NAME COMMAND…: run it, show what it says when it fails, and note the seconds.
step() {
  local name=$1 begun=$SECONDS
  shift
  echo "── $name"
  if ! "$@" &>"$log"; then
    tail -n "${LINES_SHOWN:-60}" "$log"
    echo "FAILED after $((SECONDS - begun)) s: $name" >&2
    exit 1
  fi
  times+=("$(printf '%5d s  %s' $((SECONDS - begun)) "$name")")
  tail -n 3 "$log"
}

# inside USER SCRIPT: run the script in a login shell of that user, with the Debian as its root.
inside() {
  unshare --mount --pid --fork --kill-child --propagation private sh -ec '
    mount --bind "$1" "$1"
    cd "$1"
    mount -t proc proc proc
    mount --rbind /dev dev
    mount -t tmpfs tmpfs run
    pivot_root . mnt
    umount -l /mnt
    cd /
    # This shell stays: as process 1 it waits for orphans too, as an init does.
    status=0
    su - "$2" -c "set -e; $3" || status=$?
    exit $status
  ' sh "$root" "$1" "$2"
}

make_debian() {
  local packages=git,make,python3,python3-venv,ca-certificates
  debootstrap --variant=minbase --include="$packages" bookworm "$root" ${MIRROR:+"$MIRROR"}
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90machine" || true
  { echo "[global]"
    { pip config list || true; } | sed -nE "s/^[^.]+\.(index-url|cert|proxy|trusted-host|default-timeout)='(.*)'$/\1 = \2/p" \
      | sort -u -t= -k1,1
  } >"$root/etc/pip.conf"
  env | grep -iE '^(https?_proxy|no_proxy|SSL_CERT_FILE)=' >>"$root/etc/environment" || true
  inside root "useradd --create-home --shell /bin/bash $USER_NAME"
}

clone() { # clone HOME OWNER
  rm -rf "$root$1/toko"
  git clone --quiet --no-hardlinks "$checkout" "$root$1/toko"
  chroot "$root" chown -R "$2:" "$1/toko"
}

# The command that the demo ends with, and the page at the address that it names.
the_page='cd toko
  set -- $(sed -nE "s/^Open the catalogue in a browser: (.*), then (.*)$/\1 \2/p" made)
  "$1" "$2" & server=$!
  for _ in $(seq 60); do
    page=$(python3 -c "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())" "$3/?q=indomi" 2>/dev/null) \
      && break
    sleep 0.5
  done
  kill -INT "$server"
  wait "$server"
  echo "$page" | grep -c INDOMIE'
# A shop's own backup, of 3,000 products that are not the demo's, in a folder of its own, as the README says.
own_shop='cd toko
  mkdir -p ~/backups
  .venv/bin/toko sample-backup ~/backups/i5_TOKO.i5bu --products 3000 --history 30000 --seed 7
  cp .env.example .env
  sed -i "s|^#* *BACKUP_FOLDER=.*|BACKUP_FOLDER=$HOME/backups|" .env
  grep -q "^BACKUP_FOLDER=$HOME/backups$" .env
  .venv/bin/toko sync | tee synced
  grep -q "^Published .*: 2,9.. products" synced
  .venv/bin/toko search indomie'
# Who may not install anything is told what is missing, before the first test.
told='cd toko
  if make test 2>said; then exit 1; fi
  cat said
  grep -q "^make test: The tests need .*Chromium, PostgreSQL 15\. As root: apt-get update && apt-get install .*chromium" said'
without_checkout='cd toko && make wheel && cd && rm -rf wheel-venv empty && mkdir empty
  cp toko/dist/toko-*.whl empty/
  python3 -m venv wheel-venv'
wheel_demo='cd empty && ../wheel-venv/bin/toko demo && ../wheel-venv/bin/toko search indomie && ../wheel-venv/bin/toko doctor'

main() {
  [[ -x $root/usr/bin/make ]] || step "debootstrap" make_debian
  for user in "$USER_NAME" root; do
    home=$([[ $user == root ]] && echo /root || echo "/home/$user")
    clone "$home" "$user"
    step "make demo, as $user" inside "$user" "set -o pipefail; cd toko && make demo | tee made"
    step "the page in a browser, as $user" inside "$user" "$the_page"
    if [[ $user != root && ! -x $root/usr/bin/chromium ]]; then
      step "make test, as $user: what to install" inside "$user" "$told"
    fi
    if [[ $user == root && $quick != --quick ]]; then
      step "make test, as $user" inside "$user" "cd toko && make test"
    fi
    step "toko doctor, as $user" inside "$user" "cd toko && .venv/bin/toko doctor"
    step "a sync of 3,000 other products, as $user" inside "$user" "$own_shop"
  done
  step "make wheel" inside "$USER_NAME" "$without_checkout"
  step "pip install of the wheel" inside "$USER_NAME" "wheel-venv/bin/pip install --quiet empty/toko-*.whl"
  step "toko demo and doctor of the wheel, in an empty folder" inside "$USER_NAME" "$wheel_demo"
  step "uv tool install of the wheel" inside "$USER_NAME" "toko/.venv/bin/uv tool install --quiet --force empty/toko-*.whl"
  step "toko demo of the tool" inside "$USER_NAME" "mkdir -p other && cd other && ~/.local/bin/toko demo --products 1000"

  echo "── Seconds of each"
  printf '%s\n' "${times[@]}"
}

main
