// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_balance.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace unfreed {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

std::string bytes_delta(std::int64_t bytes) {
    const std::uint64_t size = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
    return (bytes < 0 ? "-" : "+") + human_bytes(size);
}

std::string signed_bytes(std::int64_t bytes) {
    return bytes < 0 ? bytes_delta(bytes) : human_bytes(static_cast<std::uint64_t>(bytes));
}

// Which parts changed by most.
std::vector<std::size_t> by_change(const MemoryChange& change) {
    std::vector<std::size_t> order(change.end.parts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::abs(growth_of(change, a)) > std::abs(growth_of(change, b));
    });
    return order;
}

std::int64_t slab_growth(const MemoryChange& change) {
    std::int64_t growth = 0;
    for (std::size_t i = 0; i < change.end.parts.size(); ++i)
        if (change.end.parts[i].name.starts_with("slab"))
            growth += growth_of(change, i);
    return growth;
}

void write_parts(Page& page, const MemoryChange& memory) {
    using enum Table::Align;
    Table table({{"MEMORY", left, 6}, {"START", right}, {"NOW", right}, {"GROWTH", right}});
    for (std::size_t i = 0; i < memory.end.parts.size(); ++i)
        table.add_row({memory.end.parts[i].name, human_bytes(memory.start.parts[i].bytes),
                       human_bytes(memory.end.parts[i].bytes), bytes_delta(growth_of(memory, i))});
    table.add_row({"unaccounted", signed_bytes(memory.start.unaccounted_bytes),
                   signed_bytes(memory.end.unaccounted_bytes),
                   bytes_delta(unaccounted_growth(memory))});
    table.add_row(
        {"all", human_bytes(memory.start.total_bytes), human_bytes(memory.end.total_bytes), ""});
    for (const std::string& line : table.lines(page.width()))
        page.line(line);
}

void write_caches(Page& page, const Triage& triage) {
    if (triage.caches.empty())
        return;
    using enum Table::Align;
    Table table(
        {{"SLAB CACHE THAT GREW", left, 6}, {"OBJECTS", right}, {"GROWTH", right}, {"NOW", right}});
    for (const Triage::Cache& cache : triage.caches)
        table.add_row({escape_for_terminal(cache.name), human_delta(cache.objects_grown),
                       bytes_delta(cache.bytes_grown), human_bytes(cache.bytes)});
    page.blank();
    for (const std::string& line : table.lines(page.width()))
        page.line(line);
}

std::string number(const std::optional<std::uint64_t>& value, bool is_bytes) {
    if (!value)
        return std::string(kUnknown);
    return is_bytes ? human_bytes(*value) : human_count(*value);
}

void write_counts(Page& page, const Triage& triage) {
    using enum Table::Align;
    Table table({{"COUNT", left, 6}, {"START", right}, {"NOW", right}});
    for (const Triage::Count& count : triage.counts)
        if (count.start || count.end)
            table.add_row({count.name, number(count.start, count.is_bytes),
                           number(count.end, count.is_bytes)});
    for (const Triage::Descriptors& use : triage.descriptors)
        table.add_row({fmt::format("descriptors of {}[{}]", escape_for_terminal(use.comm), use.pid),
                       "of " + human_count(use.limit), human_count(use.open)});
    page.blank();
    for (const std::string& line : table.lines(page.width()))
        page.line(line);
}

} // namespace

bool pages_were_lost(const MemoryChange& change) {
    const std::int64_t lost = unaccounted_growth(change);
    return lost >= 16 * kMiB && lost > slab_growth(change) && !change.end.parts.empty();
}

void write_balance(Page& page, const MemoryChange& change) {
    constexpr std::size_t kShown = 4;
    std::string text;
    std::size_t shown = 0;
    for (const std::size_t part : by_change(change)) {
        const std::int64_t growth = growth_of(change, part);
        if (std::abs(growth) < kMiB || shown++ == kShown)
            break;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", change.end.parts[part].name,
                            bytes_delta(growth));
    }
    const std::int64_t lost = unaccounted_growth(change);
    page.paragraph(fmt::format("Memory of {}: {}; unaccounted {} ({}).",
                               human_bytes(change.end.total_bytes),
                               text.empty() ? "no part changed by a MiB" : text,
                               signed_bytes(change.end.unaccounted_bytes), bytes_delta(lost)),
                   {0, 2});
    if (pages_were_lost(change))
        page.paragraph(fmt::format("Free memory: {}, slab: {}: {} of pages went to kernel code "
                                   "that took them for itself (alloc_pages), which no slab cache "
                                   "shows.",
                                   bytes_delta(growth_of(change, 0)),
                                   bytes_delta(slab_growth(change)),
                                   human_bytes(static_cast<std::uint64_t>(lost))),
                       {0, 2}, Ink::yellow);
}

std::string triage_to_text(const Triage& triage, std::size_t width, bool color) {
    Page page(std::max<std::size_t>(width, 40), color);
    if (triage.findings.empty())
        page.paragraph(fmt::format("Nothing of the kernel's memory grows, as far as {} can tell.",
                                   human_duration(triage.duration_ns)),
                       {0, 2}, Ink::bold);
    for (std::size_t i = 0; i < triage.findings.size(); ++i)
        page.paragraph((i == 0 ? "Look first: " : "and: ") +
                           escape_for_terminal(triage.findings[i]),
                       {0, 2}, i == 0 ? Ink::red : Ink::yellow);
    page.blank();
    write_parts(page, triage.memory);
    write_caches(page, triage);
    write_counts(page, triage);
    page.blank();
    std::string next = "unfreed";
    for (const std::string& argument : triage.next)
        next += " " + argument;
    page.paragraph("Next: " + next, {0, 2}, Ink::bold);
    return page.take();
}

} // namespace unfreed
