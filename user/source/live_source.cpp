// SPDX-License-Identifier: BSD-2-Clause
#include "source/live_source.h"

#include "base/clock.h"
#include "base/log.h"
#include "decode/decoder.h"
#include "decode/inspection.h"
#include "model/counter.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <unordered_map>
#include <utility>

namespace unfreed {
namespace {

// The trace stands still meanwhile.
constexpr std::chrono::milliseconds kGracePatience{500};

} // namespace

Result<> LiveSource::drain(const std::function<void(const Event&)>& consume) {
    auto drained = session_.ring().drain([&](std::span<const std::byte> bytes) {
        auto event = decode(bytes);
        if (event) {
            consume(*event);
            return;
        }
        ++malformed_;
        log::debug(event.error().message);
    });
    if (!drained)
        return fail(drained.error());
    return {};
}

TableSnapshot LiveSource::read_table(std::uint64_t born_before_ns) {
    return session_.table().read(monotonic_ns(), born_before_ns, sampling());
}

void LiveSource::promote(std::span<const ObjectKey> objects) {
    session_.table().promote(objects);
}

void LiveSource::walk_stacks(std::span<const OriginId> origins, bool walk) {
    session_.table().walk_stacks(origins, walk);
}

void LiveSource::retire_origins(const std::function<void()>& drain,
                                const std::function<void(const RetiredOrigin&)>& forget) {
    std::unordered_map<std::uint32_t, bool> ended;
    const auto closed = session_.table().close_origins([&](std::uint32_t tgid) {
        auto [known, is_new] = ended.try_emplace(tgid, false);
        if (is_new)
            known->second = ::kill(static_cast<pid_t>(tgid), 0) != 0 && errno == ESRCH;
        return known->second;
    });
    if (closed.empty())
        return;
    if (!grace_period_.wait(kGracePatience)) { // a stall: another time
        session_.table().reopen(closed);
        return;
    }
    drain();
    for (const RetiredOrigin& origin : session_.table().retire(closed)) {
        retired_.births += origin.counts.births * sampling().one_in;
        retired_.deaths += origin.counts.deaths * sampling().one_in;
        forget(origin);
    }
}

OriginCounts LiveSource::totals(const TableSnapshot& table) {
    OriginCounts sum = retired_;
    for (const auto& [id, counts] : table.origins) {
        sum.births += counts.births * table.sampling.one_in;
        sum.deaths += counts.deaths * table.sampling.one_in;
    }
    return sum;
}

bpf::Inspector* LiveSource::inspector() {
    if (!inspector_) {
        inspector_.emplace(bpf::Inspector::load());
        if (!*inspector_)
            log::warning(inspector_->error().message);
    }
    return *inspector_ ? &**inspector_ : nullptr;
}

std::vector<Inspection> LiveSource::inspect(std::span<const InspectRequest> objects, bool details) {
    std::vector<Inspection> answers(objects.size());
    bpf::Inspector* const reader = inspector();
    const std::uint64_t tick_ns = jiffy_ns();
    // A question is large: as many at a time as the kernel answers.
    std::vector<uf_inspect> questions;
    for (std::size_t done = 0; done < objects.size(); done += questions.size()) {
        questions.assign(std::min<std::size_t>(objects.size() - done, UF_INSPECT_BATCH), {});
        for (std::size_t i = 0; i < questions.size(); ++i) {
            const InspectRequest& object = objects[done + i];
            questions[i].addr = object.key.address;
            questions[i].cache = object.cache_address;
            questions[i].object_class = static_cast<std::uint32_t>(object.object_class);
            questions[i].details = details;
        }
        if (reader == nullptr || !reader->inspect(questions)) {
            for (const InspectRequest& object : objects.subspan(done))
                unread_.add(object.key.address);
            return answers;
        }
        for (std::size_t i = 0; i < questions.size(); ++i)
            answers[done + i] = checked_answer(objects[done + i], questions[i], tick_ns);
    }
    return answers;
}

HolderIndex LiveSource::read_holders(std::span<const std::uint64_t> addresses) {
    if (!holder_reader_) {
        holder_reader_.emplace(bpf::HolderReader::load());
        if (!*holder_reader_)
            log::warning(holder_reader_->error().message);
    }
    if (!*holder_reader_)
        return {};
    std::vector<Holder> holders;
    const auto add = [&](std::uint64_t address, const uf_holder& from) {
        if (address != 0 && std::binary_search(addresses.begin(), addresses.end(), address))
            holders.push_back({address, from.tgid, from.fd, static_cast<HoldKind>(from.how)});
    };
    auto read = (*holder_reader_)->read([&](const uf_holder& holder) {
        add(holder.dentry, holder);
        add(holder.sock, holder);
    });
    if (!read) {
        log::warning(read.error().message);
        return {};
    }
    return HolderIndex(std::move(holders));
}

Result<std::vector<std::string>> LiveSource::prepare_socket_lists() {
    auto census = SocketCensus::load();
    if (!census)
        return fail(census.error());
    census_.emplace(std::move(*census));
    return census_->missing();
}

Result<SocketList> LiveSource::list_sockets(bool descriptors,
                                            std::span<const std::uint32_t> workers) {
    if (!census_)
        return fail(Errc::unsupported, "sockets cannot be listed here");
    return census_->list(descriptors, workers);
}

Result<SocketsShown> LiveSource::shown_sockets() {
    if (!census_)
        return fail(Errc::unsupported, "sockets cannot be listed here");
    return census_->shown();
}

Inspection LiveSource::checked_answer(const InspectRequest& object, const uf_inspect& read,
                                      std::uint64_t tick_ns) {
    Inspection answer = decode(read, tick_ns);
    if (object.key.birth_ns == 0)
        return answer; // nothing was claimed of it
    if (!session_.table().holds(object.key))
        return {Inspection::Verdict::gone, {}, {}, {}};
    if (answer.verdict == Inspection::Verdict::unreadable)
        unread_.add(object.key.address);
    return answer;
}

Result<> LiveSource::read_counters(Counters& counters) {
    counters.set(Counter::INSPECT_FAILED, unread_.count());
    counters.set(Counter::MALFORMED_RECORDS, malformed_);
    return session_.read_counters(counters);
}

} // namespace unfreed
