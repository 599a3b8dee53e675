// SPDX-License-Identifier: BSD-2-Clause
#include "source/live_source.h"

#include "base/clock.h"
#include "base/log.h"
#include "decode/decoder.h"

#include <cerrno>
#include <csignal>
#include <unordered_map>

namespace unfreed {

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
    return session_.table().read(monotonic_ns(), born_before_ns);
}

void LiveSource::promote(std::span<const ObjectKey> objects) {
    session_.table().promote(objects);
}

std::vector<RetiredOrigin> LiveSource::retire_origins(std::uint64_t idle_since_ns) {
    std::unordered_map<std::uint32_t, bool> ended;
    auto retired = session_.table().retire(idle_since_ns, [&](std::uint32_t tgid) {
        auto [known, is_new] = ended.try_emplace(tgid, false);
        if (is_new)
            known->second = ::kill(static_cast<pid_t>(tgid), 0) != 0 && errno == ESRCH;
        return known->second;
    });
    for (const RetiredOrigin& origin : retired) {
        retired_.births += origin.counts.births;
        retired_.deaths += origin.counts.deaths;
    }
    return retired;
}

OriginCounts LiveSource::totals(const TableSnapshot& table) {
    OriginCounts sum = retired_;
    for (const auto& [id, counts] : table.origins) {
        sum.births += counts.births;
        sum.deaths += counts.deaths;
    }
    return sum;
}

Result<> LiveSource::read_counters(Counters& counters) {
    counters.set(Counter::MALFORMED_RECORDS, malformed_);
    return session_.read_counters(counters);
}

} // namespace unfreed
