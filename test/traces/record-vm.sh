#!/bin/sh
# Records vm-6.1-*.dat again: trace-cmd's own recordings of an older kernel, with tracers that few kernels have.
#
#   test/traces/record-vm.sh BZIMAGE PREEMPTIRQ_DELAY_TEST.KO [NAME...]      (NAME: only these files, without vm-6.1- and .dat.gz)
#
# BZIMAGE: an x86-64 kernel with FUNCTION_GRAPH_TRACER, IRQSOFF_TRACER, SCHED_TRACER, 9p over virtio, ext4; the module is its own
# preemptirq_delay_test. Needed on the host: qemu-system-x86_64, busybox, trace-cmd, mke2fs, gzip. The virtual machine has the host's
# files as its root, read-only, and shares one folder; nothing else of the host is touched. Some minutes without KVM.
#
# In the machine this file is init. kallsyms is cut down to what the recordings name, so that they stay small (README.md).
set -eu
if [ $$ != 1 ]; then
  kernel=$(realpath "$1"); module=$(realpath "$2"); shift 2
  here=$(cd "$(dirname "$0")" && pwd)
  out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
  cp "$module" "$out/delay.ko"; echo "$*" > "$out/names"
  truncate -s 8M "$out/disk"; mke2fs -q -t ext4 -O ^has_journal "$out/disk"
  nice -n 19 timeout 1200 qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 768 -nographic -no-reboot -kernel "$kernel" \
    -fsdev local,id=r,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=r,mount_tag=/dev/root \
    -fsdev "local,id=o,path=$out,security_model=none" -device virtio-9p-pci,fsdev=o,mount_tag=out \
    -drive "file=$out/disk,format=raw,if=virtio" \
    -append "root=/dev/root rootfstype=9p rootflags=trans=virtio,version=9p2000.L,ro,msize=262144 init=$here/record-vm.sh console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc" \
    < /dev/null > "$out/console.txt" 2>&1 || true
  [ -e "$out/done" ] || { tail -n 20 "$out/console.txt" "$out/log.txt" >&2; exit 1; }
  cat "$out/log.txt"
  for file in "$out"/*.dat; do
    name=vm-6.1-$(basename "$file" .dat)
    gzip -9nc "$file" > "$here/$name.dat.gz"
    trace-cmd report -R -l -t -i "$file" 2> /dev/null | gzip -9nc > "$here/$name.report-raw.txt.gz"
    trace-cmd report -i "$file" 2> /dev/null | gzip -9nc > "$here/$name.report.txt.gz"
    trace-cmd report -l -N -t -i "$file" 2> /dev/null | gzip -9nc > "$here/$name.report-latency.txt.gz"
  done
  exit 0
fi

export PATH=/bin:/usr/bin:/sbin:/usr/sbin
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t tmpfs tmpfs /run; $B mkdir -p /run/out /run/w /run/disk
$B mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /run/out
$B mount -t tracefs tracefs /sys/kernel/tracing
$B mount -t ext4 /dev/vda /run/disk
T=/sys/kernel/tracing
cd /run/w
exec > /run/out/log.txt 2>&1
# what is recorded is named after the fixture, not after this file
$B cp $B ./busybox; for each in sh sleep usleep true dd cat printf; do $B ln -s busybox $each; done
wanted=$($B cat /run/out/names)
is_wanted() { [ -z "$wanted" ] && return 0; for each in $wanted; do [ "$each" = "$1" ] && return 0; done; return 1; }

# What is behind a symbol that stays belongs to "cut_away", not to that symbol.
symbols() {
  $B sort /proc/kallsyms | $B awk -v wanted="$1" '{ keep = $3 ~ wanted; if (keep) print; else if (before) print $1, "t", "cut_away"; before = keep }' > kallsyms
  $B mount --bind kallsyms /proc/kallsyms
}
rec() { # name, then what trace-cmd record gets
  name=$1; shift
  is_wanted "$name" || return 0
  echo "== $name: $*"
  trace-cmd record -o "$name.dat" "$@" > said 2>&1 || $B cat said
  $B cp "$name.dat" /run/out/ || true
  trace-cmd reset > /dev/null 2>&1 || true
}
LIGHT='./sleep 0.03; ./true; ./sleep 0.03'

symbols '^(__schedule|schedule|schedule_timeout|schedule_hrtimeout_range_clock|schedule_preempt_disabled|preempt_schedule_common|do_nanosleep|hrtimer_start_range_ns|do_select|do_sys_poll|poll_schedule_timeout|do_wait_for_common|wait_for_common|pipe_read|anon_pipe_read|do_task_dead|do_group_exit|rcu_gp_[a-z_]*|kswapd|kthreadd|smpboot_thread_fn|p9_client_rpc|p9_client_[a-z]*|kernel_clone|__do_sys_vfork|do_syscall_64|x64_sys_call|__x64_sys_[a-z0-9_]*|hrtimer_nanosleep|common_nsleep|__x64_sys_[a-z]*nanosleep|do_syscall_64|entry_SYSCALL_64_after_hwframe|worker_thread|kthread|ret_from_fork|schedule_idle|do_idle|cpu_startup_entry|tracing_mark_(raw_)?write|ksys_write|vfs_write|do_exit|do_wait|io_schedule|folio_wait_bit_common|preempt_schedule_irq|irqentry_exit|hrtimer_wakeup|tick_sched_timer|process_timeout|[a-z_]*_work_?fn|[a-z_]+_work|[a-z_]+_workfn|delayed_work_timer_fn|vmstat_[a-z]+|preemptirq_delay_run|execute_preemptirqtest|tracer_(hardirqs|preempt)_o[nf]+)$'

# names, states, flags: switches, wake-ups, interrupts, timers, forks; a thread with a strange name, one in D, kernel threads
is_wanted sched && {
  strange=
  for name in 'a-1 [000] 1: x' 'x prev_pid=1 y' 'naïve'; do
    (printf '%s' "$name" > /proc/self/comm; while :; do ./usleep 20000; done) &
    strange="$strange $!"
  done
}
rec sched -b 256 -C mono -e sched_switch -e sched_waking -e sched_wakeup -e sched_process_fork -e sched_process_exec -e sched_process_exit -e task_rename \
  -e irq_handler_entry -e irq_handler_exit -e softirq_raise -e softirq_entry -e softirq_exit -e hrtimer_start -e hrtimer_expire_entry -e workqueue_execute_start \
  ./sh -c "$LIGHT; ./dd if=/dev/zero of=/run/disk/file bs=4k count=3 conv=fsync 2> /dev/null; $LIGHT"
is_wanted sched && kill -9 $strange

# the stack option, for every event; and where user space was
rec stacks -b 128 -C mono -T -e sched_switch -f 'prev_state != 0 && prev_pid != 0' ./sh -c "$LIGHT"
rec user-stacks -b 128 -C mono -O userstacktrace -e sys_enter_openat -e sys_exit_openat ./sh -c './sleep 0.1; ./cat /proc/version; ./sleep 0.5'

# marks: text with lines, bytes, and one that looks like a line of the report
rec markers -b 64 -C mono -e sched_process_exec ./sh -c "echo hello > $T/trace_marker; printf 'two\nlines' > $T/trace_marker; ./printf '\1\0\0\0raw\377' > $T/trace_marker_raw
  echo '           <idle>-0     [000]     1.000000: sched_switch: prev_comm=a prev_pid=0' > $T/trace_marker; ./sleep 0.01"

# tracers
rec function -b 64 -C mono -p function -l schedule -l do_nanosleep -l ksys_write ./sh -c "$LIGHT"
rec graph -b 64 -C mono -p function_graph -g ksys_write -g do_nanosleep --max-graph-depth 4 -e sched_switch ./sh -c "echo x; ./sleep 0.01"
rec func-stack -b 64 -C mono -p function -l do_nanosleep --func-stack ./sleep 0.01

# stamps that are not ns, and stamps with the date
rec tsc -b 64 -C x86-tsc -e sched_switch -e sched_waking ./sh -c "$LIGHT"
rec date -b 64 -C mono --date -e sched_switch ./sleep 0.02

# two buffers
rec buffers -b 64 -C mono -e sched_switch -B deep -e raw_syscalls ./sh -c './sleep 0.01'

# a ring that is too small, and a reader that comes once in 0.1 s: what is lost between two readings
rec lost -b 8 -s 100000 -C mono -e raw_syscalls ./sh -c './sleep 0.3; ./dd if=/dev/zero of=/dev/null bs=1 count=1000 2> /dev/null; ./sleep 0.5; ./dd if=/dev/zero of=/dev/null bs=1 count=300 2> /dev/null; ./sleep 0.5'

# what latency tracers found, as text in the file
is_wanted irqsoff && $B insmod /run/out/delay.ko delay=20000 test_mode=irq burst_size=1 cpu_affinity=0
rec irqsoff -p irqsoff -d ./sh -c 'echo 1 > /sys/kernel/preemptirq_delay_test/trigger; ./sleep 0.2'
rec wakeup-rt -p wakeup_rt -d chrt -f 5 ./sleep 0.05

$B touch /run/out/done
$B sync
$B poweroff -f
