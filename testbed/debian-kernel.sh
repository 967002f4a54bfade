#!/bin/sh
# Makes a testbed of a kernel that Debian ships, which has no latency tracers: bzImage, preemptirq_delay_test.ko, and initrd.img with
# the drivers that the virtual machine needs, for they are modules there. Is the answer by events alone right on a kernel like that?
#
# usage: testbed/debian-kernel.sh DIRECTORY [PACKAGE]      default: linux-image-amd64; linux-image-rt-amd64 is another
#
# As root on Debian it installs the headers of that kernel and what builds a module; the kernel itself is unpacked, not installed.
set -eu
target=${1:?usage: testbed/debian-kernel.sh DIRECTORY [PACKAGE]}
meta=${2:-linux-image-amd64}
drivers="virtio_pci 9pnet_virtio 9p virtio_blk ext4"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
chmod 755 "$work"

apt-get -qq update
image=$(apt-cache depends "$meta" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
release=${image#linux-image-}
version=$(echo "$release" | cut -d . -f 1,2)
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
  "linux-headers-$release" "linux-source-$version" make busybox-static cpio kmod xz-utils >/dev/null
(cd "$work" && apt-get -qq download "$image" && dpkg-deb -x "$image"_*.deb image)

mkdir "$work/module"
tar -C "$work" -xf "/usr/src/linux-source-$version.tar.xz" "linux-source-$version/kernel/trace/preemptirq_delay_test.c"
cp "$work/linux-source-$version/kernel/trace/preemptirq_delay_test.c" "$work/module/"
echo "obj-m := preemptirq_delay_test.o" >"$work/module/Makefile"
make -s -C "/usr/src/linux-headers-$release" M="$work/module" modules

initrd=$work/initrd
for folder in bin proc sys dev new modules; do mkdir -p "$initrd/$folder"; done
cp /bin/busybox "$initrd/bin/"
[ -e "$work/image/lib" ] || ln -s usr/lib "$work/image/lib"
depmod -b "$work/image" "$release"
# in the order in which they need each other
for driver in $drivers; do modprobe -d "$work/image" -S "$release" --show-depends "$driver"; done |
  awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/order"
while read -r module; do
  case $module in *.xz) xz -dc "$module" ;; *) cat "$module" ;; esac >"$initrd/modules/$(basename "$module" .xz)"
  basename "$module" .xz >>"$initrd/modules/order"
done <"$work/order"
cat >"$initrd/init" <<'EOF'
#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
while read -r module; do $B insmod "/modules/$module"; done </modules/order
for word in $($B cat /proc/cmdline); do
  case $word in init=*) INIT=${word#init=} ;; NODE=*) export "$word" ;; esac
done
$B mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144 /dev/root /new
$B mount --move /dev /new/dev
$B umount /proc
$B umount /sys
exec $B switch_root /new "$INIT"
EOF
chmod +x "$initrd/init"
mkdir -p "$target"
(cd "$initrd" && find . | cpio --quiet -o -H newc | gzip) >"$target/initrd.img"
cp "$work/image/boot/vmlinuz-$release" "$target/bzImage"
cp "$work/module/preemptirq_delay_test.ko" "$target/"
echo "$target: $release"
