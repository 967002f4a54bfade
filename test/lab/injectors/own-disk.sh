#!/bin/sh
# A small ext4 of our own on a loop device, that nobody else sees: mounted in this process's mount namespace, its backing file without a
# name. When this process is gone, the kernel unmounts it and lets the device go; others reach it through /proc/PID/root.
#
# usage: unshare --mount own-disk.sh FOLDER MEGABYTES MOUNT-OPTIONS
# Prints {"device": "MAJOR:MINOR"}; ends with its standard input. What the device may keep unwritten stays with the loop device, so that is
# put back then. Lines are answered with {}:
#   dirty on, dirty off   somebody writes to the disk all the time, until off
#   fill MEGABYTES        somebody else has written so much into mount/result.wav, and not synced it
#   limit BYTES           that much may be unwritten, for this disk alone; all of it was written before
set -eu
folder=$1 megabytes=$2 options=$3
truncate --size "${megabytes}M" "$folder/disk"
mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$folder/disk" >&2
mkdir "$folder/mount"
mount -o "loop,$options" "$folder/disk" "$folder/mount"
rm "$folder/disk"
device=$(mountpoint --fs-devno "$folder/mount")
bdi=/sys/class/bdi/$device
ratio=$(cat "$bdi/max_ratio") strict=$(cat "$bdi/strict_limit")
writer=
stop_writing() {
  [ -z "$writer" ] || kill "$writer"
  writer=
}
goodbye() {
  stop_writing
  echo "$ratio" > "$bdi/max_ratio"
  echo "$strict" > "$bdi/strict_limit"
}
trap goodbye EXIT
echo "{\"device\": \"$device\"}"
while read -r word value; do
  case "$word $value" in
  "dirty on")
    sh -c 'while :; do dd if=/dev/zero of="$1/others" bs=1M count=64; done' sh "$folder/mount" > /dev/null 2>&1 &
    writer=$!
    ;;
  "dirty off") stop_writing ;;
  fill*) dd if=/dev/zero of="$folder/mount/result.wav" bs=1M count="$value" 2> /dev/null ;;
  limit*)
    sync -f "$folder/mount"
    echo "$value" > "$bdi/max_bytes"
    echo 1 > "$bdi/strict_limit"
    ;;
  esac
  echo "{}"
done
