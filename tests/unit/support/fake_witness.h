// SPDX-License-Identifier: BSD-2-Clause
// A kernel that a test makes: what is in its object table, and what it says when it is asked.
#pragma once

#include "look/surroundings.h"
#include "names/user_names.h"
#include "source/event_source.h"
#include "support/snapshot_builder.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace unfreed::test {

class FakeWitness final : public EventSource {
  public:
    TableSnapshot table;
    std::map<std::uint64_t, Inspection> objects; // by address; what is not there is gone
    std::vector<Holder> holders;
    SocketList listed;
    SocketsShown shown;
    Counters counters;
    // Everything it was asked, in order: "inspect 3", "holders", "list", "shown".
    std::vector<std::string> asked;

    Inspection& add(std::uint64_t address) {
        Inspection& object = objects[address];
        object.verdict = Inspection::Verdict::alive;
        object.facts.refcount = 1;
        return object;
    }

    std::vector<Inspection> inspect(std::span<const InspectRequest> requests, bool) override {
        asked.push_back("inspect " + std::to_string(requests.size()));
        std::vector<Inspection> answers;
        for (const InspectRequest& request : requests) {
            const auto found = objects.find(request.key.address);
            answers.push_back(found != objects.end() ? found->second : gone());
        }
        return answers;
    }
    HolderIndex read_holders(std::span<const std::uint64_t>) override {
        asked.emplace_back("holders");
        return HolderIndex(holders);
    }
    Result<std::vector<std::string>> prepare_socket_lists() override {
        return std::vector<std::string>{};
    }
    Result<SocketList> list_sockets(bool, std::span<const std::uint32_t>) override {
        asked.emplace_back("list");
        return listed;
    }
    Result<SocketsShown> shown_sockets() override {
        asked.emplace_back("shown");
        return shown;
    }
    Result<std::vector<UnfollowedCache>> read_unfollowed() override {
        return std::vector<UnfollowedCache>{};
    }
    void begin_report() override {}
    Result<> read_counters(Counters& into) override {
        into = counters;
        return {};
    }

    int wait_fd() const override { return -1; }
    Result<> drain(const std::function<void(const Event&)>&) override { return {}; }
    TableSnapshot read_table(std::uint64_t) override { return table; }
    Sampling sampling() const override { return {}; }
    TableFill table_fill() override { return {}; }
    bool thin() override { return false; }
    void promote(std::span<const ObjectKey>) override {}
    void walk_stacks(std::span<const OriginId>, bool) override {}
    void retire_origins(const std::function<void()>&,
                        const std::function<void(const RetiredOrigin&)>&) override {}
    OriginCounts totals(const TableSnapshot& of) override {
        OriginCounts sum;
        for (const auto& [id, counts] : of.origins) {
            sum.births += counts.births;
            sum.deaths += counts.deaths;
        }
        return sum;
    }

  private:
    static Inspection gone() {
        Inspection answer;
        answer.verdict = Inspection::Verdict::gone;
        return answer;
    }
};

class FakeSurroundings final : public look::Surroundings {
  public:
    std::function<void()> while_waiting = [] {};
    int waits = 0;
    std::map<std::uint32_t, std::string> comms;
    KernelCounts counts; // what /proc says
    std::function<void()> when_dropped = [] {};

    Report::Host host() override { return {"host", "6.1.0", "x86_64", "boot"}; }
    KernelBooks& books() override { return books_; }
    TcpCounters tcp_counters() override { return {}; }
    std::uint64_t page_bytes() override { return 4096; }
    std::uint64_t processors() override { return 2; }
    bool has_reclaim_account(const std::string&) override { return false; }
    ProcessInfo names_of(std::uint32_t tgid, std::uint64_t) override {
        ProcessInfo info;
        info.comm = comms[tgid];
        return info;
    }
    Result<> drop_dentries_and_inodes() override {
        when_dropped();
        return {};
    }
    void wait(std::chrono::milliseconds) override {
        ++waits;
        while_waiting();
    }

  private:
    struct Books final : KernelBooks {
        explicit Books(const KernelCounts& counts) : counts_(counts) {}
        KernelCounts read() override { return counts_; }
        SlabNames::Links slab_links() override { return {}; }
        unsigned cpus() override { return 2; }

      private:
        const KernelCounts& counts_;
    } books_{counts};
};

class FakeNames final : public names::UserNames {
  public:
    void unwind(Snapshot&) override {}
    std::vector<Frame> symbolize(const Program&, std::span<const std::uint64_t> stack) override {
        std::vector<Frame> frames;
        for (std::uint64_t address : stack) {
            Frame frame;
            frame.function = "leak_it";
            frame.module = "/bin/leaker";
            frame.address = address;
            frames.push_back(frame);
        }
        return frames;
    }
    std::string key(const Program&, std::span<const std::uint64_t>) const override {
        return "/bin/leaker+1";
    }
    std::optional<Mounts> mounts(std::uint32_t) override { return Mounts::parse(""); }
    UnseenUsers unseen_users() override { return {}; }
    void count_losses(Counters&) const override {}
};

} // namespace unfreed::test
