// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "model/counters.h"
#include "model/holder.h"
#include "model/inspection.h"
#include "model/snapshot.h"
#include "source/socket_lists.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace unfreed {

// Answers for the kernel when a report is made: a live one, or a test's. One thread only.
class Witness {
  public:
    virtual ~Witness() = default;

    // Looks at objects in the kernel; one answer each, in order. Without `details` much cheaper.
    // What cannot be looked at is unreadable.
    virtual std::vector<Inspection> inspect(std::span<const InspectRequest> objects,
                                            bool details) = 0;
    // Who holds these sockets and dentries (addresses, sorted) at this moment: one walk over the
    // descriptors of all processes.
    virtual HolderIndex read_holders(std::span<const std::uint64_t> addresses) = 0;

    // Makes ready to list sockets. What cannot be listed here: "unix", "files" ...
    virtual Result<std::vector<std::string>> prepare_socket_lists() = 0;
    // What is in a table of its protocol (TCP, UDP, unix, netlink), and with `descriptors`, which
    // takes a walk over all of them, in one of a process. Descriptors of the calling process do not
    // count; neither do sockets that only it and these workers of it have.
    virtual Result<SocketList> list_sockets(bool descriptors,
                                            std::span<const std::uint32_t> workers) = 0;
    virtual Result<SocketsShown> shown_sockets() = 0;

    // What was not followed, by slab cache; empty where that is not counted.
    virtual Result<std::vector<UnfollowedCache>> read_unfollowed() = 0;
    // What cannot be read from now on is counted for a new report.
    virtual void begin_report() = 0;
    // Every loss so far; objects that could not be read (Counter::INSPECT_FAILED): of this report.
    virtual Result<> read_counters(Counters& counters) = 0;
};

} // namespace unfreed
