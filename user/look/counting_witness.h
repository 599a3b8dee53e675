// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "source/witness.h"

#include <cstddef>
#include <cstdint>

namespace unfreed::look {

// Asks another witness, and counts what it is asked. Borrows it.
class CountingWitness final : public Witness {
  public:
    explicit CountingWitness(Witness& witness) : witness_(witness) {}

    struct Counts {
        std::uint64_t requests = 0; // calls
        std::uint64_t objects = 0;  // that were looked at in these
        std::uint64_t walks = 0;    // over the descriptors of all processes
    };
    const Counts& counts() const { return counts_; }

    std::vector<Inspection> inspect(std::span<const InspectRequest> objects,
                                    bool details) override {
        if (objects.empty())
            return {};
        ++counts_.requests;
        counts_.objects += objects.size();
        return witness_.inspect(objects, details);
    }
    HolderIndex read_holders(std::span<const std::uint64_t> addresses) override {
        ++counts_.requests;
        ++counts_.walks;
        return witness_.read_holders(addresses);
    }
    Result<std::vector<std::string>> prepare_socket_lists() override {
        return witness_.prepare_socket_lists();
    }
    Result<SocketList> list_sockets(bool descriptors,
                                    std::span<const std::uint32_t> workers) override {
        ++counts_.requests;
        counts_.walks += descriptors;
        return witness_.list_sockets(descriptors, workers);
    }
    Result<SocketsShown> shown_sockets() override {
        ++counts_.requests;
        return witness_.shown_sockets();
    }
    Result<std::vector<UnfollowedCache>> read_unfollowed() override {
        ++counts_.requests;
        return witness_.read_unfollowed();
    }
    void begin_report() override { witness_.begin_report(); }
    Result<> read_counters(Counters& counters) override {
        ++counts_.requests;
        return witness_.read_counters(counters);
    }

  private:
    Witness& witness_;
    Counts counts_;
};

} // namespace unfreed::look
