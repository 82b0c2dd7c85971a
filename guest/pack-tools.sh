#!/bin/sh
# Runs inside the private root: packs BusyBox, the test of MOVDIR64B, and the given programs with the
# libraries they need into a cpio archive on standard output, the first part of the guest's initramfs.
set -eu
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Copies a file to where its path says, links followed.
copy() { mkdir -p "$out$(dirname "$1")" && cp -L "$1" "$out$1"; }

mkdir -p "$out/bin" "$out/sbin" "$out/dev" "$out/proc" "$out/sys" "$out/tmp" "$out/etc" "$out/modules"
cp "$(command -v busybox)" "$out/bin/busybox"
make -s -C /build/plugin guest_test >&2
cp /build/plugin/guest_test "$out/bin/movdir64b-test"
for program in "$@"; do
  copy "$program"
  for library in $(ldd "$program" | grep -o '/[^ ]*'); do copy "$library"; done
done
cd "$out"
find . | sort | cpio --quiet -o -H newc --reproducible -R 0:0
