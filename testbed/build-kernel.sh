#!/bin/sh
# Builds the kernel of the virtual machine's tests from Debian's source package, unmodified: bzImage and preemptirq_delay_test.ko.
#
# usage: testbed/build-kernel.sh [DIRECTORY]      default: ../shared/testbed, where the tests look; else set STALLSCOPE_TESTBED
#
# As root on Debian or Ubuntu it installs what it needs. About 25 minutes of one CPU and 2 GB in a temporary folder, which is removed.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:-$here/../../shared/testbed}
version=${LINUX_SOURCE:-6.1}
package=linux-source-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ ! -f "/usr/src/$package.tar.xz" ]; then
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package"
fi
for tool in make gcc flex bison bc xz; do command -v "$tool" >/dev/null || missing=1; done
if [ "${missing:-0}" = 1 ] || [ ! -f /usr/include/libelf.h ] || [ ! -f /usr/include/openssl/opensslv.h ]; then
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends build-essential flex bison bc xz-utils libelf-dev libssl-dev
fi

tar -C "$work" -xf "/usr/src/$package.tar.xz"
cd "$work/$package"
make -s tinyconfig
scripts/kconfig/merge_config.sh -m .config "$here/kernel.config" >/dev/null
make -s olddefconfig
# what the fragment asks for and this kernel does not know would be dropped in silence
while IFS= read -r line; do
  case $line in CONFIG_*=n | '' | '#'*) continue ;; esac
  grep -qxF -- "$line" .config || echo "not in this kernel: $line" >&2
done <"$here/kernel.config"
make -s -j"$(nproc)" bzImage modules
mkdir -p "$target"
cp arch/x86/boot/bzImage "$target/"
cp kernel/trace/preemptirq_delay_test.ko "$target/"
cp "$here/kernel.config" "$target/"
echo "$target: $(make -s kernelrelease)"
