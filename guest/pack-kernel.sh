#!/bin/bash
# Runs inside the private root: fetches the kernel RELEASE (its headers are installed), builds dmatest
# for it and leaves /build/vmlinuz and /build/modules.cpio.
#   pack-kernel.sh RELEASE PACKAGE-VERSION SERIES MODULE...
set -euo pipefail
release=$1 version=$2 series=$3
shift 3
work=/build/kernel
mkdir -p "$work/unpacked" "$work/dmatest" "$work/modules/modules"
cd "$work"

# The image is in linux-image (signed, older series) or linux-binary, the modules there or in linux-modules.
wanted=("linux-source-$series=$version")
for package in linux-image linux-binary linux-modules; do
  if apt-cache show "$package-$release" >/dev/null 2>&1; then wanted+=("$package-$release"); fi
done
apt-get -qq -o APT::Sandbox::User=root download "${wanted[@]}"
for archive in linux-image-* linux-binary-* linux-modules-*; do
  [[ -e $archive ]] || continue
  dpkg-deb --fsys-tarfile "$archive" |
    tar -C unpacked -x --wildcards --no-anchored 'vmlinuz*' 'kernel/drivers/dma/*' 'kernel/drivers/crypto/intel/iaa/*' \
      'kernel/crypto/deflate.ko*' 2>/dev/null || true
  rm "$archive"
done
cp "$(find unpacked -type f -name 'vmlinuz*' | head -n 1)" /build/vmlinuz

# One file of 80,000: stop reading when it has come by, whatever the ends of the pipe think of that.
(
  set +o pipefail
  dpkg-deb --fsys-tarfile linux-source-* 2>/dev/null | tar -xO --wildcards '*/linux-source-*.tar.xz' 2>/dev/null |
    tar -xJO --occurrence=1 "linux-source-$series/drivers/dma/dmatest.c" >dmatest/dmatest.c 2>/dev/null
)
[[ -s dmatest/dmatest.c ]] || { echo "dmatest.c is not in linux-source-$series" >&2; exit 1; }
rm linux-source-*
echo 'obj-m := dmatest.o' >dmatest/Makefile
make -s -C "/usr/lib/modules/$release/build" M="$work/dmatest" modules

for module in "$@"; do
  file=$(find unpacked \( -name "$module.ko" -o -name "$module.ko.xz" \) | head -n 1)
  [[ -n $file ]] || { echo "kernel $release has no module $module" >&2; exit 1; }
  case $file in
    *.xz) xz -dc "$file" >"modules/modules/$module.ko" ;;
    *) cp "$file" "modules/modules/$module.ko" ;;
  esac
done
cp dmatest/dmatest.ko modules/modules/
(cd modules && find modules | sort | cpio --quiet -o -H newc --reproducible -R 0:0) >/build/modules.cpio
rm -rf "$work"
