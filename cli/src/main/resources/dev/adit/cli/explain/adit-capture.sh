#!/bin/sh
# adit-capture: puts what Adit wants to know about this machine into one small tar.
# Needs a POSIX shell with the usual tools (busybox will do), no Java, and no root, though root sees more.
# Only reads. Leaves out serial numbers, MAC addresses and everything else that names a person or a box.
set -u
format=1

usage() {
  cat <<'EOF'
usage: adit-capture [-o FILE] [-n NAME] [-r DIR] [--with-serials]
  -o FILE         where to write; '-' is standard output, a name in .gz is compressed (default: adit-NAME.tar)
  -n NAME         the name of the machine in the capture (default: its host name)
  -r DIR          read a copied tree instead of the running machine
  --with-serials  keep serial numbers (PCI device serial numbers, the whole DMI table)
Then, where Java is: adit explain adit-NAME.tar
EOF
}

out='' name='' root='' serials=no
while [ $# -gt 0 ]; do
  case $1 in
    -o) [ $# -gt 1 ] || { usage >&2; exit 2; }; out=$2; shift ;;
    -n) [ $# -gt 1 ] || { usage >&2; exit 2; }; name=$2; shift ;;
    -r) [ $# -gt 1 ] || { usage >&2; exit 2; }; root=${2%/}; shift ;;
    --with-serials) serials=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$name" ] || name=$(uname -n 2>/dev/null || echo host)
case $name in */* | '' | .*) echo "adit-capture: '$name' is no name for a machine" >&2; exit 2 ;; esac
[ -n "$out" ] || out=adit-$name.tar

umask 077
stage=$(mktemp -d "${TMPDIR:-/tmp}/adit.XXXXXX") || { echo "adit-capture: no room for a work folder" >&2; exit 1; }
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$stage/adit"
: >"$stage/adit/unreadable"

folder() { [ -d "$stage/$1" ] || mkdir -p "$stage/$1"; }

# Notes that $1 is there and could not be read: that is not the same as absent.
unreadable() { printf '%s\n' "$1" >>"$stage/adit/unreadable"; }

# Copies the file $1. Files of sysfs lie about their size, so they are read until the end.
take() {
  [ -f "$root/$1" ] || return 1
  folder "${1%/*}"
  if cat "$root/$1" >"$stage/$1" 2>/dev/null; then return 0; fi
  rm -f "$stage/$1"
  unreadable "$1"
  return 1
}

# Keeps the symbolic link $1 as it is written; where it leads to is not in the capture.
keep_link() {
  [ -h "$root/$1" ] || return 0
  folder "${1%/*}"
  ln -s "$(readlink "$root/$1")" "$stage/$1" 2>/dev/null
}

# Prints the bytes of file $1 as decimal numbers, one a line.
bytes() { od -An -v -tu1 "$1" | tr -s ' ' '\n' | sed '/^$/d'; }

take_kernel() {
  take proc/version
  if [ -r "$root/proc/cpuinfo" ]; then
    folder proc
    # One processor is enough.
    awk 'NF == 0 { exit } { print }' "$root/proc/cpuinfo" >"$stage/proc/cpuinfo"
  fi
  if [ -r "$root/proc/cmdline" ]; then
    # Only parameters that bear on interrupts and translation: a command line may hold secrets.
    tr ' ' '\n' <"$root/proc/cmdline" |
      grep -E '^(intel_iommu|amd_iommu|iommu|intremap|pci|nox2apic|x2apic|nopat|idxd\.|vfio|iommufd|nohv|ims)(=|\.|$|[a-z_]*=)' |
      tr '\n' ' ' >"$stage/proc/cmdline"
  fi
  if [ -r "$root/proc/interrupts" ]; then
    # Who is served by which chip; the counts of the processors are left out.
    awk 'NR == 1 { n = NF; next } { for (i = 2; i <= n + 1; i++) if ($i ~ /^[0-9]+$/) $i = ""; print }' \
      "$root/proc/interrupts" | tr -s ' ' >"$stage/proc/interrupts"
  fi
  for config in "proc/config.gz" "boot/config-$(uname -r 2>/dev/null)"; do
    [ -r "$root/$config" ] || continue
    case $config in *.gz) gzip -dc "$root/$config" 2>/dev/null ;; *) cat "$root/$config" ;; esac |
      grep -E '^(# )?CONFIG_(INTEL_IDXD|INTEL_IDXD_SVM|INTEL_IOMMU|INTEL_IOMMU_SVM|INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON|INTEL_IOMMU_DEFAULT_ON|IRQ_REMAP|AMD_IOMMU|PCI_PASID|PCI_PRI|PCI_ATS|VFIO|IOMMUFD)[= ]' \
        >"$stage/adit/config"
    break
  done
  if [ -z "$root" ]; then
    if dmesg >"$stage/adit/dmesg.all" 2>/dev/null; then
      grep -iE 'DMAR|AMD-Vi|iommu|interrupt remapping|x2apic|hypervisor|idxd' "$stage/adit/dmesg.all" |
        grep -v 'ommand line' | head -n 400 \
        >"$stage/adit/dmesg"
    else
      unreadable adit/dmesg
    fi
    rm -f "$stage/adit/dmesg.all"
  fi
}

# CPUID leaf 0x40000000: the device is read at the leaf's number, here in steps of 16.
take_cpuid() {
  [ -z "$root" ] && [ -e /dev/cpu/0/cpuid ] || return 0
  dd if=/dev/cpu/0/cpuid of="$stage/adit/cpuid-40000000" bs=16 skip=67108864 count=1 2>/dev/null ||
    { rm -f "$stage/adit/cpuid-40000000"; unreadable adit/cpuid-40000000; }
}

# Of the SMBIOS only structure 0, the firmware's own; serial numbers live in the others.
take_smbios() {
  for id in sys_vendor product_name bios_vendor board_vendor chassis_vendor; do
    take "sys/class/dmi/id/$id"
  done
  table=sys/firmware/dmi/tables/DMI
  if [ $serials = yes ]; then take $table; return 0; fi
  take sys/firmware/dmi/entries/0-0/raw && return 0
  [ -f "$root/$table" ] || return 0
  cat "$root/$table" >"$stage/adit/dmi" 2>/dev/null || { rm -f "$stage/adit/dmi"; unreadable $table; return 0; }
  found=$(bytes "$stage/adit/dmi" | awk '
    { b[NR - 1] = $1 }
    END {
      for (p = 0; p + 4 <= NR && b[p + 1] >= 4; p = e) {
        e = p + b[p + 1]
        while (e + 1 < NR && (b[e] != 0 || b[e + 1] != 0)) e++
        e += 2
        if (b[p] == 0) { print p, e - p; exit }
      }
    }')
  if [ -n "$found" ]; then
    folder sys/firmware/dmi/entries/0-0
    # shellcheck disable=SC2086 # two numbers
    set -- $found
    dd if="$stage/adit/dmi" of="$stage/sys/firmware/dmi/entries/0-0/raw" bs=1 skip="$1" count="$2" 2>/dev/null
  fi
  rm -f "$stage/adit/dmi"
}

take_iommu() {
  for t in DMAR IVRS IORT VIOT; do take "sys/firmware/acpi/tables/$t"; done
  [ -d "$root/sys/firmware/acpi/tables" ] && folder sys/firmware/acpi/tables
  [ -d "$root/sys/class/iommu" ] && folder sys/class/iommu
  for unit in "$root"/sys/class/iommu/*; do
    [ -e "$unit" ] || continue
    unit=sys/class/iommu/${unit##*/}
    folder "$unit"
    for f in intel-iommu/address intel-iommu/cap intel-iommu/ecap intel-iommu/version amd-iommu/cap \
      amd-iommu/features; do
      take "$unit/$f"
    done
  done
  for device in "$root"/sys/bus/virtio/devices/*; do
    [ -e "$device" ] && take "sys/bus/virtio/devices/${device##*/}/device"
  done
  take sys/hypervisor/type
  for p in idxd/parameters/sva idxd/parameters/tc_override vfio_iommu_type1/parameters/allow_unsafe_interrupts \
    adit_ims/parameters/accept_grant; do
    take "sys/module/$p"
  done
}

# Blanks the device serial number (extended capability 3) in a staged configuration space.
blank_serial() {
  found=$(bytes "$1" | awk '
    { b[NR - 1] = $1 }
    END {
      for (p = 256; p >= 256 && p + 12 <= NR && n < 960; n++) {
        id = b[p] + 256 * b[p + 1]
        if (id == 3) print p + 4
        if (id == 0 || id == 65535) exit
        p = int(b[p + 2] / 16) + 16 * b[p + 3]
        p -= p % 4
      }
    }')
  for at in $found; do
    dd if=/dev/zero of="$1" bs=1 seek="$at" count=8 conv=notrunc 2>/dev/null
  done
}

take_function() {
  take "$1/config" && [ $serials = no ] && blank_serial "$stage/$1/config"
  for f in resource class revision numa_node sriov_numvfs sriov_totalvfs ari_enabled; do take "$1/$f"; done
  keep_link "$1/driver"
  keep_link "$1/iommu_group"
  keep_link "$1/iommu"
  keep_link "$1/physfn"
  for f in "$root/$1"/virtfn*; do [ -h "$f" ] && keep_link "$1/${f##*/}"; done
  for idxd in "$root/$1"/dsa* "$root/$1"/iax*; do
    [ -d "$idxd" ] || continue
    idxd=$1/${idxd##*/}
    for f in pasid_enabled state version gen_cap configurable max_work_queues cmd_status; do take "$idxd/$f"; done
    for wq in "$root/$idxd"/wq*; do
      [ -d "$wq" ] || continue
      for f in mode type state; do take "$idxd/${wq##*/}/$f"; done
    done
  done
}

{
  echo "format $format"
  echo "name $name"
  echo "machine $(uname -m 2>/dev/null)"
  echo "release $(uname -r 2>/dev/null)"
  echo "root $([ "$(id -u 2>/dev/null)" = 0 ] && echo yes || echo no)"
  echo "serials $serials"
} >"$stage/adit/capture"
take_kernel
take_cpuid
take_smbios
take_iommu
[ -d "$root/sys/bus/pci/devices" ] && folder sys/bus/pci/devices
for function in "$root"/sys/bus/pci/devices/*; do
  [ -e "$function" ] && take_function "sys/bus/pci/devices/${function##*/}"
done

pack() { (cd "$stage" && tar -cf - adit $(for top in proc sys; do [ -d $top ] && echo $top; done)); }
case $out in
  -) pack ;;
  *.gz | *.tgz) pack | gzip -9 >"$out" ;;
  *) pack >"$out" ;;
esac || { echo "adit-capture: cannot write $out" >&2; exit 1; }
[ "$out" = - ] || echo "adit-capture: wrote $out" >&2
