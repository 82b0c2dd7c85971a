#!/usr/bin/env bash
# Prepares what a guest boot needs, once: QEMU, guest kernels with the modules of the DSA driver, the
# user-space tools of the guest, and the plugin that teaches QEMU's translator MOVDIR64B.
#
#   setup.sh [--kernel SERIES]...     SERIES as in 7.2; without it the newest kernel of Debian's
#                                     backports and the one of Debian's stable release
#   ADIT_GUEST_DIR       where the result goes (default: ${XDG_CACHE_HOME:-~/.cache}/adit/guest)
#   ADIT_DEBIAN_MIRROR   the Debian archive to use (default: that of this machine's apt)
#
# Result:  qemu                      starts QEMU: the system's if it is new enough, else a private one
#          movdir64b.so              the plugin
#          tools.cpio                user space of the guest, to be continued by other archives
#          kernels/RELEASE/          vmlinuz, modules.cpio, and the modules of linux/: adit_*.ko
#          root/                     the private Debian all of this comes from
#
# Each step leaves a stamp with what it was made from; a step without its stamp, or with another
# one, is done again from its beginning. Progress goes to standard error.
set -euo pipefail
export LC_ALL=C # sums of files must not depend on how names are sorted

readonly suite=trixie arch=amd64
readonly packages=(qemu-system-x86 busybox-static accel-config pciutils cpio xz-utils
  gcc libc6-dev make pkgconf libglib2.0-dev)
# User-space tools copied into the guest; BusyBox brings the rest.
readonly tools=(/usr/bin/accel-config /usr/bin/lspci /usr/bin/setpci)
# Modules copied from the kernel package; dmatest is built here because Debian leaves it out.
readonly modules=(idxd_bus idxd iaa_crypto deflate)

here=$(cd "$(dirname "$0")" && pwd -P)
dir=${ADIT_GUEST_DIR:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/adit/guest}
root=$dir/root

say() { printf 'guest: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

usage() { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"; }

# Each step: fresh? then done with it; begin, work, finish.
stamp_of() { printf '%s/stamps/%s' "$dir" "$1"; }
fresh() { [[ -f $(stamp_of "$1") && $(<"$(stamp_of "$1")") == "$2" ]]; }
begin() { rm -f "$(stamp_of "$1")"; }
finish() { printf '%s\n' "$2" >"$(stamp_of "$1").new" && mv "$(stamp_of "$1").new" "$(stamp_of "$1")"; }

# Runs a command with a mount namespace of its own, and as root of a user namespace if need be.
apart() {
  if ((EUID == 0)); then unshare --mount -- "$@"; else mmdebstrap --unshare-helper "$@"; fi
}

# Runs a command in the private root, which borrows /dev and /proc of this machine (the kernel's build
# tools look there).
in_root() {
  # shellcheck disable=SC2016
  apart env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive sh -c '
    mount --rbind /dev "$0/dev" && mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"' "$root" "$@"
}

# Removes a tree that may belong to the ids of a user namespace.
remove() {
  [[ -e $1 ]] || return 0
  apart rm -rf --one-file-system "$1"
}

debian_mirror() {
  local mirror=${ADIT_DEBIAN_MIRROR:-}
  if [[ -z $mirror ]] && command -v apt-get >/dev/null; then
    mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' 'Created-By: Packages' |
      sed -n 's/^Debian|Debian|//p' | sort | uniq -c | sort -rn | sed -n '1s/^ *[0-9]* //p')
  fi
  [[ -n $mirror ]] || die "found no Debian archive in the apt configuration (after apt-get update); set ADIT_DEBIAN_MIRROR"
  printf '%s\n' "$mirror"
}

# Settings of this machine's apt without which an archive may not be reachable.
apt_settings() {
  command -v apt-config >/dev/null || return 0
  apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date) ' || true
}

# Makes a Debian of its own in a folder: make_debian STEP FOLDER "SUITES" PACKAGE...
make_debian() {
  local step=$1 target=$2 suites=$3 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  local inputs mirror options=() sources=() line
  shift 3
  inputs="$suite $*"
  if fresh "$step" "$inputs" && [[ -d $target ]]; then say "$step: there"; return; fi
  command -v mmdebstrap >/dev/null || die "needs mmdebstrap (apt-get install mmdebstrap)"
  [[ -f $keyring ]] || die "needs the keys of Debian's archive (apt-get install debian-archive-keyring)"
  if ((EUID != 0)); then
    command -v newuidmap >/dev/null || die "needs newuidmap when not run as root (apt-get install uidmap), or run it as root"
    grep -q "^$(id -un):" /etc/subuid || die "user $(id -un) needs a range of ids in /etc/subuid and /etc/subgid, or run it as root"
  fi
  mirror=$(debian_mirror)
  while IFS= read -r line; do options+=("--aptopt=${line%;}"); done < <(apt_settings)
  for line in $suites; do sources+=("deb [signed-by=$keyring] $mirror $line main"); done
  say "$step: installing Debian $suite with $* (about 150 MB to fetch)"
  begin "$step"
  remove "$target"
  mmdebstrap --quiet --mode="$( ((EUID == 0)) && echo root || echo unshare)" --variant=minbase --architectures=$arch \
    --aptopt="APT::Default-Release \"${suites##* }\"" --aptopt='Apt::Install-Recommends "false"' "${options[@]}" \
    --include="$(IFS=,; echo "$*")" --skip=cleanup/apt/lists "$suite" "$target" "${sources[@]}" >&2 ||
    die "the Debian of step '$step' could not be made"
  finish "$step" "$inputs"
}

# The system's QEMU serves if it knows vfio-user and, for a translated guest, plugins that can skip
# an instruction: 11.1 (plugin interface 7). Under KVM on a processor with MOVDIR64B 10.1 is enough;
# a KVM without the processor's own virtualization runs no stock kernel.
choose_qemu() {
  local own major minor least=1101
  own=$(command -v qemu-system-x86_64 || true)
  if [[ -w /dev/kvm ]] && grep -qw movdir64b /proc/cpuinfo && grep -qwE 'vmx|svm' /proc/cpuinfo; then least=1001; fi
  if [[ -n $own ]]; then
    IFS=. read -r major minor _ < <("$own" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
    if ((major * 100 + minor >= least)); then
      say "QEMU: the system's, $major.$minor"
      ln -sfn "$own" "$dir/qemu"
      return
    fi
    say "QEMU: the system's $major.$minor is too old, taking the private one"
  fi
  # Started through the private root's own loader: no chroot, so no privilege and ordinary paths.
  cat >"$dir/qemu.new" <<END
#!/bin/sh
root=\$(dirname "\$(readlink -f "\$0")")/root
lib=\$root/usr/lib/x86_64-linux-gnu
export QEMU_MODULE_DIR="\$lib/qemu"
exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib:\$lib/pulseaudio" "\$root/usr/bin/qemu-system-x86_64" \\
  -L "\$root/usr/share/qemu" -L "\$root/usr/share/seabios" -L "\$root/usr/lib/ipxe/qemu" "\$@"
END
  chmod 755 "$dir/qemu.new"
  mv -T "$dir/qemu.new" "$dir/qemu"
  say "QEMU: the private one, $("$dir/qemu" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')"
}

# Copies files into an empty folder of the private root.
stage() {
  local target=$1; shift
  in_root rm -rf "$target"
  in_root mkdir -p "$target"
  tar -C "$here" -cf - "$@" | in_root tar -C "$target" --no-same-owner -xf -
}

make_plugin() {
  local inputs
  inputs=$(cat "$here"/plugin/* | cksum)" $(<"$(stamp_of root)")"
  if fresh plugin "$inputs" && [[ -f $dir/movdir64b.so ]]; then say "plugin: there"; return; fi
  say "plugin: building and testing it"
  begin plugin
  stage /build plugin
  local log=$dir/plugin.log
  in_root make -s -C /build/plugin test movdir64b.so >"$log" 2>&1 || { cat "$log" >&2; die "the plugin could not be built"; }
  say "plugin: $(sed -n 's/^# \(.* passed.*\)/\1/p' "$log")"
  in_root cat /build/plugin/movdir64b.so >"$dir/movdir64b.so"
  finish plugin "$inputs"
}

make_tools() {
  local inputs
  inputs="${tools[*]} $(cat "$here/pack-tools.sh" "$here"/plugin/* | cksum) $(<"$(stamp_of root)")"
  if fresh tools "$inputs" && [[ -f $dir/tools.cpio ]]; then say "tools: there"; return; fi
  say "tools: packing the guest's user space"
  begin tools
  stage /build pack-tools.sh plugin
  in_root sh /build/pack-tools.sh "${tools[@]}" >"$dir/tools.cpio" || die "the tools could not be packed"
  finish tools "$inputs"
}

# The releases to prepare: of each series wanted the newest on offer, else those that Debian's own
# meta package names in the stable release and in backports.
releases() {
  local offered series newest
  if (($# == 0)); then
    offered=$(in_root apt-cache show "linux-headers-$arch" |
      sed -n "s/^Depends:.*linux-headers-\([0-9][^ ,]*-$arch\).*/\1/p" | sort -V)
    [[ -n $offered ]] || die "Debian's archive offers no kernel"
    { tail -n 1 <<<"$offered"; head -n 1 <<<"$offered"; } | uniq
    return
  fi
  offered=$(in_root apt-cache --names-only search "^linux-headers-[0-9.]+\+[a-z0-9]+-$arch\$" |
    sed 's/^linux-headers-\([^ ]*\) .*/\1/' | sort -V)
  for series in "$@"; do
    newest=$(grep -E "^${series//./\\.}([.+-]|\$)" <<<"$offered" | tail -n 1 || true)
    [[ -n $newest ]] || die "no kernel of series $series on offer; there are: $(sed 's/^\([0-9]*\.[0-9]*\).*/\1/' <<<"$offered" | sort -uV | xargs)"
    printf '%s\n' "$newest"
  done
}

make_kernel() {
  local release=$1 inputs series version target=$dir/kernels/$1
  inputs="${modules[*]} $(cat "$here"/pack-kernel.sh | cksum) $(<"$(stamp_of root)")"
  if fresh "kernel-$release" "$inputs" && [[ -f $target/modules.cpio ]]; then say "kernel $release: there"; return; fi
  begin "kernel-$release"
  rm -rf "$target"
  mkdir -p "$target"
  say "kernel $release: fetching it and its sources (about 300 MB)"
  in_root apt-get -qq update >&2
  in_root apt-get -qq -o Dir::Log::Terminal= install -y --no-install-recommends "linux-headers-$release" >/dev/null || die "no headers for kernel $release"
  version=$(in_root dpkg-query -W -f '${Version}' "linux-headers-$release")
  series=$(sed 's/^\([0-9]*\.[0-9]*\).*/\1/' <<<"$release")
  stage "/build" pack-kernel.sh
  say "kernel $release: building dmatest"
  in_root bash /build/pack-kernel.sh "$release" "$version" "$series" "${modules[@]}" >&2 || die "kernel $release could not be prepared"
  in_root cat /build/vmlinuz >"$target/vmlinuz"
  in_root cat /build/modules.cpio >"$target/modules.cpio"
  in_root rm -rf /build
  in_root apt-get clean
  finish "kernel-$release" "$inputs"
}

# The modules of linux/, against the headers that make_kernel has installed.
make_references() {
  local release=$1 inputs target=$dir/kernels/$1 module
  inputs=$(cat "$here"/linux/* | cksum)" $(<"$(stamp_of "kernel-$release")")"
  if fresh "ims-$release" "$inputs" && [[ -f $target/adit_iaa.ko ]]; then say "kernel $release: reference driver there"; return; fi
  say "kernel $release: building the reference driver"
  begin "ims-$release"
  stage "/build" linux
  in_root make -s -C "/usr/lib/modules/$release/build" M=/build/linux modules >&2 || die "the modules for $release could not be built"
  for module in adit_ims adit_dsa adit_iaa; do
    in_root strip -g "/build/linux/$module.ko"
    in_root cat "/build/linux/$module.ko" >"$target/$module.ko"
  done
  in_root rm -rf /build
  finish "ims-$release" "$inputs"
}

main() {
  local series=() wanted release
  while (($#)); do
    case $1 in
      --kernel) [[ -n ${2:-} ]] || die "--kernel needs a series such as 7.2"; series+=("$2"); shift 2 ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; exit 2 ;;
    esac
  done
  [[ $(uname -m) == x86_64 ]] || die "guests are x86-64, and so must this machine be"
  mkdir -p "$dir/stamps" "$dir/kernels"
  exec 9>"$dir/lock"
  flock -n 9 || { say "waiting for another setup to end"; flock 9; }
  make_debian root "$root" "$suite $suite-backports" "${packages[@]}"
  choose_qemu
  make_plugin
  make_tools
  wanted=$(releases "${series[@]}")
  for release in $wanted; do make_kernel "$release"; make_references "$release"; done
  say "ready in $dir"
}

# packaging/systemd/try takes functions from here.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then main "$@"; fi
