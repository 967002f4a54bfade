#!/bin/busybox sh
# Records the texts of this folder that need tracers which few kernels have. Runs as init of a small virtual machine (Linux 6.1 with
# IRQSOFF_TRACER, PREEMPT_TRACER, SCHED_TRACER, OSNOISE_TRACER, TIMERLAT_TRACER, HWLAT_TRACER, FUNCTION_GRAPH_TRACER,
# PREEMPTIRQ_DELAY_TEST as a module) whose root has busybox and chrt; a directory of the host is shared by 9p under the tag `out`
# and has preemptirq_delay_test.ko. The files are then cut to their first lines.
B=/bin/busybox
PATH=/bin:/usr/bin:/sbin:/usr/sbin; export PATH
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t tmpfs tmpfs /run; $B mkdir -p /run/out /run/w
$B mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /run/out
$B mount -t tracefs tracefs /sys/kernel/tracing
T=/sys/kernel/tracing
O=/run/out
$B ip link set lo up 2>/dev/null
cd $T
save() { # name lines : save the first N lines of trace
  $B head -n $2 trace > /run/w/x; $B cp /run/w/x $O/$1; }
reset() { echo 0 > tracing_on; echo nop > current_tracer; echo 0 > events/enable; echo > trace; echo 0 > tracing_max_latency 2>/dev/null; }
load() { for i in 1 2 3 4 5 6; do $B sleep 0.05; $B true; done; }
# irqsoff with functions off, then on
reset
echo 0 > options/function-trace
echo irqsoff > current_tracer; echo 1 > tracing_on
$B insmod /run/out/preemptirq_delay_test.ko delay=50000 test_mode=irq burst_size=1 cpu_affinity=0
$B sleep 1
save irqsoff.txt 200
echo 0 > tracing_on; echo 0 > tracing_max_latency
echo 1 > events/irq/enable; echo 1 > events/sched/sched_switch/enable; echo 1 > events/timer/enable;  echo 1 > tracing_on
echo 1 > /sys/kernel/preemptirq_delay_test/trigger; $B sleep 1
save irqsoff-events.txt 200
echo 1 > options/verbose; save irqsoff-verbose.txt 100; echo 0 > options/verbose
reset
echo 1 > options/function-trace
echo irqsoff > current_tracer; echo 1 > tracing_on; $B sleep 0.5; echo 0 > tracing_on
save irqsoff-functions.txt 400
reset; echo 0 > options/function-trace
# display-graph
reset; echo 1 > options/function-trace; echo 1 > options/display-graph
echo irqsoff > current_tracer; echo 1 > tracing_on; $B sleep 0.5; echo 0 > tracing_on
save irqsoff-graph.txt 300; echo 0 > options/display-graph
reset; echo 0 > options/function-trace
$B rmmod preemptirq_delay_test
echo preemptoff > current_tracer; echo 1 > tracing_on
$B insmod /run/out/preemptirq_delay_test.ko delay=70000 test_mode=preempt burst_size=1 cpu_affinity=0
$B sleep 1; save preemptoff.txt 200; reset
echo preemptirqsoff > current_tracer; echo 1 > tracing_on; echo 1 > /sys/kernel/preemptirq_delay_test/trigger; $B sleep 1; save preemptirqsoff.txt 200; reset
echo osnoise > current_tracer; echo 1 > tracing_on; $B sleep 4; echo 0 > tracing_on; save osnoise.txt 60; reset
echo 1 > events/osnoise/enable; echo osnoise > current_tracer; echo 1 > tracing_on; $B sleep 2; echo 0 > tracing_on; save osnoise-events.txt 80; reset
echo timerlat > current_tracer; echo 1 > tracing_on; $B sleep 1; echo 0 > tracing_on; save timerlat.txt 60; reset
echo hwlat > current_tracer; echo 1 > tracing_thresh; echo 1 > tracing_on; $B sleep 3; echo 0 > tracing_on; save hwlat.txt 60; echo 0 > tracing_thresh; reset
# latency-format of ordinary events
echo 1 > options/latency-format; echo 1 > events/sched/enable; echo 1 > tracing_on; load; echo 0 > tracing_on; save latency-events.txt 80; echo 0 > options/latency-format; reset
# function graph
echo function_graph > current_tracer
ls options > $O/options-graph.txt
echo '__x64_sys_nanosleep' > set_graph_function; echo '__x64_sys_clock_nanosleep' >> set_graph_function; echo ksys_write >> set_graph_function; echo '' > trace
echo 1 > tracing_on; load; echo 0 > tracing_on; save graph.txt 250
echo > trace; for o in funcgraph-abstime funcgraph-proc funcgraph-tail; do echo 1 > options/$o; done
echo 1 > tracing_on; load; echo 0 > tracing_on; save graph-all.txt 250
echo 1 > options/latency-format; save graph-latency.txt 120; echo 0 > options/latency-format
echo > trace; echo 1 > options/funcgraph-irqs; for o in funcgraph-abstime funcgraph-proc funcgraph-tail; do echo 0 > options/$o; done
echo > set_graph_function; echo 1 > events/sched/enable; echo 1 > events/irq/enable; echo 1 > tracing_on; load; echo hello > trace_marker; echo 0 > tracing_on; save graph-events.txt 600
echo 0 > events/enable; echo > trace; for o in funcgraph-cpu funcgraph-duration; do echo 0 > options/$o; done; echo 1 > tracing_on; $B sleep 0.1; echo 0 > tracing_on; save graph-bare.txt 100
for o in funcgraph-cpu funcgraph-duration; do echo 1 > options/$o; done
reset
# function tracer
echo schedule > set_ftrace_filter; echo '*nanosleep*' >> set_ftrace_filter; echo 1 > options/func_stack_trace; echo function > current_tracer; echo 1 > tracing_on; $B sleep 0.2;  echo 0 > tracing_on; save function.txt 100
echo 0 > options/func_stack_trace; reset; echo > set_ftrace_filter
# default formats
echo 1 > options/record-tgid; echo 1 > events/sched/enable; echo 1 > events/irq/enable; echo 1 > events/timer/enable; echo 1 > events/raw_syscalls/enable; echo 1 > events/workqueue/enable;  echo stacktrace > events/sched/sched_switch/trigger; echo 1 > tracing_on; load; echo "begin x" > trace_marker; echo 0 > tracing_on; save default-tgid.txt 150
echo '!stacktrace' > events/sched/sched_switch/trigger
echo 0 > options/record-tgid; echo counter > trace_clock; echo > trace; echo 1 > tracing_on; load; echo 0 > tracing_on; save default-counter.txt 60; echo mono > trace_clock
reset
echo 1 > options/userstacktrace; echo 1 > options/sym-userobj; echo 1 > events/raw_syscalls/sys_enter/enable; echo 1 > tracing_on; load; echo 0 > tracing_on; save userstack.txt 80
reset; echo 0 > options/userstacktrace
echo 1 > snapshot; echo 1 > events/sched/sched_switch/enable; echo 1 > tracing_on; load; echo 1 > snapshot; $B head -n 40 snapshot > $O/snapshot.txt; echo 0 > tracing_on; reset
echo 0 > options/irq-info;  echo 1 > events/sched/sched_switch/enable; echo 1 > tracing_on; load; echo 0 > tracing_on; save noirqinfo.txt 40; echo 1 > options/irq-info; reset
# filesystem, oom and memory events on 6.1
for e in block ext4 jbd2 filemap vmscan compaction writeback signal oom exceptions napi task; do echo 1 > events/$e/enable 2>/dev/null; done
$B dd if=/dev/zero of=/run/w/img bs=1M count=24 2>/dev/null; 
echo 1 > tracing_on; load; $B cat /usr/bin/busybox > /dev/null; $B kill -CHLD $$; echo 0 > tracing_on
$B awk '{n=$0; sub(/^.*[0-9]: /,"",n); split(n,a,":"); if (c[a[1]]++ < 3) print}' trace > $O/misc-events.txt
reset
for t in wakeup wakeup_rt; do
  echo $t > current_tracer; echo 0 > tracing_max_latency; echo 1 > tracing_on; for i in 1 2 3 4 5 6; do $B sleep 0.1; /usr/bin/chrt -f 5 $B sleep 0.1; done; cat tracing_max_latency > $O/max-$t;  save $t.txt 200; reset
done
echo 1 > options/function-trace; echo wakeup > current_tracer;  echo 1 > tracing_on; for i in 1 2 3 4 5 6; do $B sleep 0.1; done;  save wakeup-functions.txt 60; reset; echo 0 > options/function-trace
echo wakeup > current_tracer; echo 1 > events/sched/enable; echo 1 > tracing_on; for i in 1 2 3 4 5 6; do $B sleep 0.1; done; save wakeup-events.txt 100; reset
echo function_graph > current_tracer; echo 1 > options/funcgraph-proc; echo '*nanosleep*' > set_ftrace_filter; echo schedule >> set_ftrace_filter; echo 1 > events/sched/sched_switch/enable; echo > trace; echo 1 > tracing_on; for i in 1 2 3; do $B sleep 0.05; done; echo hello > trace_marker; echo 0 > tracing_on; save graph-switch.txt 120; reset
$B sync
$B poweroff -f
