#!/usr/bin/env bash
# Unpacks packages of Debian 13 below a folder, for tests on Debian 12, whose own packages lack Compose v2 and Pebble:
#
#   tests/deploy/debian_package.sh FOLDER docker-compose pebble
#
# Nothing is installed. apt verifies the packages as it does those of the system. Both need libc 2.34, which Debian 12 has.
set -euo pipefail
into=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
shift
[[ -e $keyring ]] || { echo "Only Debian has packages of $*: install them by hand." >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt downloads as a user of its own
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages"
cat >"$work/trixie.sources" <<SOURCE
Types: deb
URIs: http://deb.debian.org/debian
Suites: trixie
Components: main
Signed-By: $keyring
SOURCE
options=(-qq -o Dir::Etc::SourceList="$work/trixie.sources" -o Dir::Etc::SourceParts=/dev/null
  -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
cd "$work/packages"
apt-get "${options[@]}" download "$@"
mkdir -p "$into"
for package in ./*.deb; do dpkg-deb --extract "$package" "$into"; done
