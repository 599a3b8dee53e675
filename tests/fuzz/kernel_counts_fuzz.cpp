// SPDX-License-Identifier: BSD-2-Clause
// Files of /proc that the kernel writes, in the formats of 15 years.
#include "fuzz.h"
#include "kernel_counts/dentry_state.h"
#include "kernel_counts/meminfo.h"
#include "kernel_counts/slab_names.h"
#include "kernel_counts/slabinfo.h"
#include "kernel_counts/sockstat.h"
#include "kernel_counts/tcp_counters.h"

using namespace unfreed;

FUZZ(kernel_counts, input) {
    const unsigned chosen = fuzz::choice(input);
    const std::string_view text = fuzz::text(input);
    switch (chosen % 7) {
    case 0:
        if (const auto info = SlabInfo::parse(text))
            (void)SlabNames({}, *info);
        break;
    case 1:
        (void)SlabMemory::parse(text);
        break;
    case 2:
        (void)Sockstat::parse(text);
        break;
    case 3:
        (void)netstat_counter(text, "TcpExt:", "TCPAbortOnMemory");
        break;
    case 4:
        (void)parse_tcp_mem(text);
        break;
    case 5:
        (void)DentryState::parse(text);
        break;
    default:
        (void)kmalloc_family(text);
    }
}
