// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "bpf/grace_period.h"
#include "bpf/holder_reader.h"
#include "bpf/inspector.h"
#include "bpf/session.h"
#include "source/event_source.h"
#include "source/socket_census.h"
#include "source/unread_objects.h"

#include <optional>

namespace unfreed {

// The running kernel, through an attached session. Borrows the session.
class LiveSource : public EventSource {
  public:
    explicit LiveSource(bpf::Session& session) : session_(session) {}

    int wait_fd() const override { return session_.ring().epoll_fd(); }
    Result<> drain(const std::function<void(const Event&)>& consume) override;
    TableSnapshot read_table(std::uint64_t born_before_ns) override;
    Sampling sampling() const override { return session_.sampling(); }
    TableFill table_fill() override {
        return {session_.table().fill(), session_.table().capacity()};
    }
    bool thin() override { return session_.thin(); }
    void promote(std::span<const ObjectKey> objects) override;
    void walk_stacks(std::span<const OriginId> origins, bool walk) override;
    void retire_origins(const std::function<void()>& drain,
                        const std::function<void(const RetiredOrigin&)>& forget) override;
    OriginCounts totals(const TableSnapshot& table) override;
    Result<std::vector<UnfollowedCache>> read_unfollowed() override {
        return session_.read_unfollowed();
    }
    std::vector<Inspection> inspect(std::span<const InspectRequest> objects, bool details) override;
    HolderIndex read_holders(std::span<const std::uint64_t> addresses) override;
    Result<std::vector<std::string>> prepare_socket_lists() override;
    Result<SocketList> list_sockets(bool descriptors,
                                    std::span<const std::uint32_t> workers) override;
    Result<SocketsShown> shown_sockets() override;
    void begin_report() override { unread_.begin_report(); }
    Result<> read_counters(Counters& counters) override;

  private:
    bpf::Session& session_;
    bpf::Inspector* inspector(); // nullptr: the kernel refuses it
    Inspection checked_answer(const InspectRequest& object, const uf_inspect& read,
                              std::uint64_t tick_ns);

    std::optional<Result<bpf::Inspector>> inspector_;        // loaded when it is first asked for
    std::optional<Result<bpf::HolderReader>> holder_reader_; // likewise
    std::optional<SocketCensus> census_;
    std::uint64_t malformed_ = 0;
    UnreadObjects unread_;
    OriginCounts retired_;
    bpf::GracePeriod grace_period_;
};

} // namespace unfreed
