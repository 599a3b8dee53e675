// SPDX-License-Identifier: BSD-2-Clause
#include "model/holder.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace unfreed {
namespace {

auto rank(const Holder& holder) {
    return std::tuple(holder.address, holder.tgid, holder.how, holder.fd);
}

} // namespace

std::string_view to_string(HoldKind kind) {
    switch (kind) {
    case HoldKind::fd:
        return "fd";
    case HoldKind::cwd:
        return "cwd";
    case HoldKind::root:
        return "root";
    case HoldKind::mapped:
        return "mapped";
    }
    return "fd";
}

HolderIndex::HolderIndex(std::vector<Holder> holders) : holders_(std::move(holders)), known_(true) {
    std::sort(holders_.begin(), holders_.end(),
              [](const Holder& a, const Holder& b) { return rank(a) < rank(b); });
    const auto same = [](const Holder& a, const Holder& b) { return rank(a) == rank(b); };
    holders_.erase(std::unique(holders_.begin(), holders_.end(), same), holders_.end());
}

std::span<const Holder> HolderIndex::of(std::uint64_t address) const {
    const auto low = std::lower_bound(
        holders_.begin(), holders_.end(), address,
        [](const Holder& holder, std::uint64_t wanted) { return holder.address < wanted; });
    const auto high = std::find_if(
        low, holders_.end(), [address](const Holder& holder) { return holder.address != address; });
    return {low, high};
}

} // namespace unfreed
