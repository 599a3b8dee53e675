// SPDX-License-Identifier: BSD-2-Clause
#include "options/fail_on.h"

#include "analyze/kind.h"
#include "report/rows.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace unfreed {
namespace {

constexpr std::string_view kGrowth = "growth>";
constexpr std::string_view kKind = "kind=";
// From the most on: what comes before another stands for it, too.
constexpr std::array kLevels{Attention::leaking, Attention::suspect, Attention::look};

tl::unexpected<Error> no_condition(std::string_view text) {
    return fail(Errc::usage,
                fmt::format("\"{}\" is no condition; write leaking, suspect, look or kind=NAME, "
                            "with :N for N objects or more, or growth>1MiB/h",
                            text));
}

bool is_kind(std::string_view name) {
    for (int i = 0; i < static_cast<int>(Kind::count_); ++i)
        if (row_of(static_cast<Kind>(i)).name == name)
            return true;
    return false;
}

bool needs_so_much(Attention attention, Attention least) {
    for (const Attention level : kLevels) {
        if (attention == level)
            return true;
        if (level == least)
            break;
    }
    return false;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0)
        return std::nullopt;
    return value;
}

} // namespace

// growth>SIZE/h
Result<FailCondition> FailCondition::parse_growth(std::string_view text) {
    std::string_view size = text.substr(kGrowth.size());
    if (!size.ends_with("/h"))
        return no_condition(text);
    size.remove_suffix(2);
    double scale = 1;
    for (const auto& [unit, bytes] :
         {std::pair{"KiB", 1024.0}, std::pair{"MiB", 1048576.0}, std::pair{"GiB", 1073741824.0}})
        if (size.ends_with(unit)) {
            size.remove_suffix(3);
            scale = bytes;
        }
    const auto value = number(size);
    if (!value)
        return no_condition(text);
    FailCondition condition;
    condition.bytes_per_hour_ = static_cast<double>(*value) * scale;
    return condition;
}

Result<FailCondition> FailCondition::parse(std::string_view text) {
    FailCondition condition;
    if (text.starts_with(kGrowth)) {
        auto growth = parse_growth(text);
        if (!growth)
            return growth;
        condition = *growth;
    } else {
        std::string_view what = text;
        if (const std::size_t colon = text.find(':'); colon != text.npos) {
            const auto least = number(text.substr(colon + 1));
            if (!least)
                return no_condition(text);
            condition.least_ = *least;
            what = text.substr(0, colon);
        }
        for (const Attention level : kLevels)
            if (what == to_string(level))
                condition.attention_ = level;
        if (what.starts_with(kKind))
            condition.kind_ = what.substr(kKind.size());
        if (!condition.attention_ && condition.kind_.empty())
            return no_condition(text);
        if (!condition.kind_.empty() && !is_kind(condition.kind_))
            return fail(Errc::usage, fmt::format("there is no kind \"{}\": docs/accuracy.md and "
                                                 "\"kind\" of a JSON report have their names",
                                                 condition.kind_));
    }
    condition.text_ = text;
    return condition;
}

std::optional<std::string> FailCondition::met_by(const Report& report) const {
    std::uint64_t objects = 0;
    double bytes_per_hour = 0;
    for (const Group& group : report.groups) {
        if (is_hidden(group) || is_no_repeat(group))
            continue;
        if (attention_ ? needs_so_much(group.attention, *attention_) : group.kind == kind_)
            objects += group.count;
        if (needs_so_much(group.attention, Attention::suspect))
            bytes_per_hour += group.facts.bytes_per_hour.value_or(0);
    }
    if (bytes_per_hour_ > 0 ? bytes_per_hour <= bytes_per_hour_ : objects < least_)
        return std::nullopt;
    if (bytes_per_hour_ > 0)
        return fmt::format("{}: {:.0f} bytes an hour", text_, bytes_per_hour);
    return fmt::format("{}: {} object{}", text_, objects, objects == 1 ? "" : "s");
}

} // namespace unfreed
