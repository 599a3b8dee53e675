// SPDX-License-Identifier: BSD-2-Clause
#include "report/text_ends.h"

#include "base/utf8.h"
#include "report/humanize.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace unfreed {
namespace {

// Programs free some slab objects right before their end that they had from the start; of these
// only many are worth a sentence to a reader in a hurry. Every process leaves a few to RCU, too.
constexpr std::uint64_t kManySlabObjects = 50;
constexpr std::size_t kSentences = 5;

// The end of a program that was not asked about is not what a trace of the host is read for, and on
// a busy one many end each second.
bool is_told(const Report& report, const LastMoments& one, bool all) {
    if (report.trace.mode == "host" && !all)
        return false;
    return one.object_class == ObjectClass::socket || one.count >= kManySlabObjects;
}

std::string what_of(const LastMoments& one) {
    const ClassCard& card = card_of(one.object_class);
    if (!card.singular.empty())
        return human_count(one.count, card.singular, card.plural);
    return human_count(one.count, "object", "objects") + " of " +
           (one.cache.empty() ? "an unknown cache" : escape_for_terminal(one.cache));
}

// The callers of the function that made the system call: where the program did it.
std::string made_by(const LastMoments& one) {
    constexpr std::size_t kFunctions = 3;
    std::string names;
    std::size_t named = 0;
    for (const Frame& frame : one.user_stack) {
        if (frame.function.empty() || named == kFunctions)
            continue;
        names += (named++ == 0 ? "" : " < ") + escape_for_terminal(frame.function);
    }
    return names.empty() ? names : " Made by " + names + ".";
}

std::string sentence(const LastMoments& one) {
    std::string text = fmt::format(
        "{} of {}[{}] lived until the last {} of the process, the oldest for {}, and were then "
        "closed in a row: a runtime that closes what the program left open, or a program that "
        "tidies up at its end.",
        what_of(one), escape_for_terminal(one.comm), one.pid,
        human_duration(one.began_before_end_ns), human_duration(one.oldest_ns));
    if (one.peak > one.count)
        text += fmt::format(" The most at once were {}, {} after the start.", human_count(one.peak),
                            human_duration(one.peak_after_ns));
    return text + made_by(one);
}

} // namespace

void write_ends(Page& page, const Report& report, bool all) {
    std::set<std::uint32_t> told;
    std::size_t omitted = 0;
    for (const LastMoments& one : report.last_moments) {
        // Other objects of the same process came and went with these.
        if (!is_told(report, one, all) || !told.insert(one.pid).second)
            continue;
        if (told.size() <= kSentences)
            page.paragraph(sentence(one));
        else
            ++omitted;
    }
    if (omitted != 0)
        page.line(fmt::format("... the same of {} (--format json)",
                              human_count(omitted, "more process", "more processes")));
    if (report.freed_after_exit_unknown >= kManySlabObjects)
        page.paragraph(fmt::format(
            "{} freed by RCU or a worker after the exit of the process had begun; this trace "
            "cannot tell whether the program had given them back before: not counted.",
            human_count(report.freed_after_exit_unknown, "object was", "objects were")));
}

} // namespace unfreed
