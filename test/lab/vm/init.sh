#!/bin/sh
# First process of the virtual machine: makes a small world out of the host's files, runs the guest program, powers off.
#
# The root is the host's, read-only. /run/out is the share: stage/ (the program), disks by name on /dev/vda (files) and /dev/vdb (swap).
# $NODE comes from the kernel command line. What runs here is listed in stage/plan.json; what came of it is written to the share by the program itself.
export PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/tmp
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t tmpfs tmpfs /run
$B mount -t tmpfs tmpfs /tmp
$B mkdir -p /run/out /run/files /run/stage
$B mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /run/out
exec > /run/out/log.txt 2>&1
$B mount -t tracefs tracefs /sys/kernel/tracing
$B mount -t cgroup2 cgroup2 /sys/fs/cgroup
$B ip link set lo up
$B mount -t ext4 /dev/vda /run/files
$B swapon /dev/vdb
# interrupts of devices belong to the first CPU, as far as they can be moved: the service's CPU has its own tick only
for each in /proc/irq/[0-9]*/smp_affinity; do echo 1 > $each; done 2> /dev/null
# the tool and the service keep their memory whatever the neighbours do: they are not what is tested
for each in tool service neighbours; do $B mkdir /sys/fs/cgroup/$each; done
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
echo max > /sys/fs/cgroup/tool/memory.min
$B cp -r /run/out/stage/. /run/stage/
echo $$ > /sys/fs/cgroup/tool/cgroup.procs
cd /run/stage
# the tool and its client on the first CPU; the service gets the second
taskset 1 "$NODE" dist/guest.mjs
echo "guest program: $?"
$B sync
$B poweroff -f
