// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "bpf/session.h"
#include "source/event_source.h"

namespace unfreed {

// The running kernel, through an attached session. Borrows the session.
class LiveSource : public EventSource {
  public:
    explicit LiveSource(bpf::Session& session) : session_(session) {}

    int wait_fd() const override { return session_.ring().epoll_fd(); }
    Result<> drain(const std::function<void(const Event&)>& consume) override;
    TableSnapshot read_table(std::uint64_t born_before_ns) override;
    void promote(std::span<const ObjectKey> objects) override;
    std::vector<RetiredOrigin> retire_origins(std::uint64_t idle_since_ns) override;
    OriginCounts totals(const TableSnapshot& table) override;
    Result<std::vector<UnfollowedCache>> read_unfollowed() override {
        return session_.read_unfollowed();
    }
    Result<> read_counters(Counters& counters) override;

  private:
    bpf::Session& session_;
    std::uint64_t malformed_ = 0;
    OriginCounts retired_;
};

} // namespace unfreed
