// SPDX-License-Identifier: BSD-2-Clause
#include "base/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace unfreed {
namespace {

using Words = std::array<__user_cap_data_struct, 2>;

Result<Words> get() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Words words{};
    if (::syscall(SYS_capget, &header, words.data()) != 0)
        return fail_errno(Errc::internal, errno, "cannot read the capabilities of this process");
    return words;
}

bool set(const Words& words) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capset, &header, words.data()) == 0;
}

CapabilitySet join(__u32 low, __u32 high) {
    return CapabilitySet::of_bits(std::uint64_t{high} << 32 | low);
}

Capabilities capabilities_of(const Words& words) {
    return {join(words[0].effective, words[1].effective),
            join(words[0].permitted, words[1].permitted)};
}

// With what is inheritable (and ambient) cut to what is permitted.
Words with(Words words, CapabilitySet effective, CapabilitySet permitted) {
    for (unsigned i = 0; i < words.size(); ++i) {
        words[i].effective = static_cast<__u32>(effective.bits() >> (32 * i));
        words[i].permitted = static_cast<__u32>(permitted.bits() >> (32 * i));
        words[i].inheritable &= words[i].permitted;
    }
    return words;
}

// What programs that are started can get at most. Needs CAP_SETPCAP; without it no_new_privs does
// the same for all that matters.
void drop_from_bounding_set(CapabilitySet kept) {
    constexpr unsigned long kMost = 64;
    for (unsigned long one = 0; one < kMost; ++one)
        if ((kept.bits() >> one & 1) == 0 && ::prctl(PR_CAPBSET_READ, one, 0, 0, 0) == 1)
            ::prctl(PR_CAPBSET_DROP, one, 0, 0, 0);
}

} // namespace

Result<Capabilities> read_capabilities() {
    auto words = get();
    if (!words)
        return fail(words.error());
    return capabilities_of(*words);
}

Result<> reduce_capabilities(CapabilitySet effective, CapabilitySet permitted) {
    const auto words = get();
    if (!words)
        return fail(words.error());
    const Capabilities before = capabilities_of(*words);
    const CapabilitySet kept = before.permitted.within(permitted);
    if (before.effective.has(Capability::setpcap))
        drop_from_bounding_set(kept);
    if (!set(with(*words, before.effective.within(effective).within(kept), kept)))
        return fail_errno(Errc::internal, errno, "cannot give up capabilities");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail_errno(Errc::internal, errno, "cannot set no_new_privs");
    return {};
}

RaisedCapability::RaisedCapability(Capability wanted) : wanted_(wanted) {
    const auto words = get();
    if (!words)
        return;
    const Capabilities now = capabilities_of(*words);
    if (!now.effective.has(wanted) && now.permitted.has(wanted))
        raised_ = set(with(*words, now.effective.with({wanted}), now.permitted));
}

RaisedCapability::~RaisedCapability() {
    if (!raised_)
        return;
    if (const auto words = get()) {
        const Capabilities now = capabilities_of(*words);
        set(with(*words, now.effective.without({wanted_}), now.permitted));
    }
}

} // namespace unfreed
