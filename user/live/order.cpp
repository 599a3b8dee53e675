// SPDX-License-Identifier: BSD-2-Clause
#include "live/order.h"

#include "report/phrases.h"
#include "report/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace unfreed::live {
namespace {

constexpr double kNotKnown = -std::numeric_limits<double>::infinity();

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end != 0)
            words.push_back(lower(std::string(text.substr(0, end))));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// All that somebody may look for.
std::string text_of(const Group& group) {
    std::string text = verdict_word(group);
    const auto add = [&text](std::string_view more) { text.append("\n").append(more); };
    add(what_phrase(group));
    add(group.cache);
    add(group.kind);
    add(group.directory);
    add(group.context);
    for (const ReportProcess& process : group.processes) {
        add(fmt::format("{}[{}]", process.comm, process.pid));
        add(process.exe);
        add(process.cgroup);
        add(process.container);
    }
    for (const auto* stack : {&group.kernel_stack, &group.user_stack})
        for (const Frame& frame : *stack)
            add(frame.function);
    return lower(std::move(text));
}

double number_of(const Group& group, Sort sort) {
    switch (sort) {
    case Sort::per_hour:
        return bytes_per_hour(group).value_or(kNotKnown);
    case Sort::rate:
        return group.growth_per_s.value_or(kNotKnown);
    case Sort::count:
        return static_cast<double>(group.count);
    case Sort::size:
        return group.bytes ? static_cast<double>(*group.bytes) : kNotKnown;
    case Sort::oldest:
        return group.age_ns ? static_cast<double>(group.age_ns->max) : kNotKnown;
    case Sort::importance:
    case Sort::what:
    case Sort::process:
        break;
    }
    return 0;
}

// By keys that are made once, the highest first if `descending`; equal ones stay as they are.
template <class KeyOf>
void sort_by(std::vector<std::uint32_t>& rows, bool descending, const KeyOf& key_of) {
    std::vector<std::pair<decltype(key_of(rows.front())), std::uint32_t>> keyed;
    keyed.reserve(rows.size());
    for (const std::uint32_t row : rows)
        keyed.emplace_back(key_of(row), row);
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& one, const auto& other) {
        return descending ? other.first < one.first : one.first < other.first;
    });
    std::transform(keyed.begin(), keyed.end(), rows.begin(),
                   [](const auto& entry) { return entry.second; });
}

} // namespace

Sort next(Sort sort) {
    return sort == Sort::process ? Sort::importance : static_cast<Sort>(static_cast<int>(sort) + 1);
}

Sort former(Sort sort) {
    return sort == Sort::importance ? Sort::process : static_cast<Sort>(static_cast<int>(sort) - 1);
}

std::string_view to_string(Sort sort) {
    switch (sort) {
    case Sort::importance:
        return "importance";
    case Sort::per_hour:
        return "bytes an hour";
    case Sort::rate:
        return "rate";
    case Sort::count:
        return "count";
    case Sort::size:
        return "size";
    case Sort::oldest:
        return "age";
    case Sort::what:
        return "kind";
    case Sort::process:
        return "process";
    }
    return "importance";
}

void Rows::arrange(const Report& report, const Order& order) {
    const std::vector<std::string> words = words_of(order.filter);
    const std::vector<Group>& groups = report.groups;
    if (!words.empty() && texts_.size() != groups.size()) {
        texts_.clear();
        for (const Group& group : groups)
            texts_.push_back(text_of(group));
    }
    const auto matches = [&](std::size_t index) {
        return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
            return texts_[index].find(word) != std::string::npos;
        });
    };
    rows_.clear();
    filtered_ = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const Group& group = groups[i];
        // What comes with another row is listed in it; whoever filters for its name finds it.
        if (!group.judged || is_hidden(group) || (order.findings_only && !has_row(group)) ||
            (group.companion && words.empty()))
            continue;
        if (matches(i))
            rows_.push_back(static_cast<std::uint32_t>(i));
        else
            ++filtered_;
    }
    if (order.sort == Sort::importance) // the report's own; rows of its first screen go before all
        std::stable_partition(rows_.begin(), rows_.end(),
                              [&](std::uint32_t row) { return has_row(groups[row]); });
    else if (order.sort == Sort::what)
        sort_by(rows_, false, [&](std::uint32_t row) { return what_phrase(groups[row]); });
    else if (order.sort == Sort::process)
        sort_by(rows_, false, [&](std::uint32_t row) { return process_phrase(groups[row]); });
    else
        sort_by(rows_, true, [&](std::uint32_t row) { return number_of(groups[row], order.sort); });
    if (order.reversed)
        std::reverse(rows_.begin(), rows_.end());
}

} // namespace unfreed::live
