// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_dentries.h"

#include "report/humanize.h"

#include <fmt/format.h>

#include <algorithm>

namespace unfreed {
namespace {

std::string count_of(const std::optional<std::int64_t>& number) {
    if (!number)
        return std::string(kUnknown);
    return human_count(static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0)));
}

std::string fall(const std::optional<std::int64_t>& before,
                 const std::optional<std::int64_t>& after) {
    return before && after ? human_delta(*after - *before) : std::string(kUnknown);
}

std::optional<std::int64_t> as_signed(const std::optional<std::uint64_t>& number) {
    return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

} // namespace

void write_dentries(Page& page, const Report& report) {
    if (!report.dentries)
        return;
    const KernelDentries& kernel = report.dentries->kernel;
    const TracedDentries& traced = report.dentries->traced;
    std::string text =
        fmt::format("Dentries: the kernel has {}, {} of them unused, {} of those negative; they "
                    "take {}, inodes {}.",
                    count_of(kernel.total), count_of(kernel.unused), count_of(kernel.negative),
                    human_bytes(kernel.bytes), human_bytes(kernel.inode_bytes));
    if (kernel.slab_bytes && kernel.slab_reclaimable_bytes && *kernel.slab_bytes != 0)
        text += fmt::format(" Of {} slab {} % can be reclaimed.", human_bytes(kernel.slab_bytes),
                            *kernel.slab_reclaimable_bytes * 100 / *kernel.slab_bytes);
    const char* about = report.trace.sample.one_in > 1 ? "≈ " : "";
    text += fmt::format(" Made in this trace and alive: {}{}, {}{} unused, {}{} negative, {}.",
                        about, human_count(traced.total), about, human_count(traced.unused), about,
                        human_count(traced.negative), human_bytes(traced.bytes));
    page.paragraph(text);
}

void write_reclaim(Page& page, const Report& report) {
    if (!report.reclaim)
        return;
    const ReclaimReport& reclaim = *report.reclaim;
    page.paragraph(
        fmt::format(
            "Asked to free its cache (--probe-reclaim), the kernel freed {} of the dentries "
            "below; {} stayed. dentry-state says {} ({} unused before, {} after), slabinfo "
            "{}.",
            human_count(reclaim.dentries.reclaimed), human_count(reclaim.dentries.remaining),
            fall(reclaim.before.total, reclaim.after.total), count_of(reclaim.before.unused),
            count_of(reclaim.after.unused),
            fall(as_signed(reclaim.slab_before), as_signed(reclaim.slab_after))),
        {}, Ink::bold);
}

} // namespace unfreed
