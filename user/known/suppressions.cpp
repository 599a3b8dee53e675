// SPDX-License-Identifier: BSD-2-Clause
#include "known/suppressions.h"

#include "base/utf8.h"
#include "model/object_class.h"
#include "model/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace unfreed {
namespace {

constexpr std::size_t kMostLineBytes = 4096;
constexpr std::size_t kMostRuleLines = 256;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 60;
    return fmt::format("\"{}\"", cut_middle(escape_for_terminal(text), kShown));
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// "5000" or "5000 objects"; "4096 B", "4 MiB".
bool read_amount(std::string_view text, Suppression& rule) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto value = number(text.substr(0, digits));
    const std::string_view unit = trimmed(text.substr(digits));
    if (!value)
        return false;
    if (unit.empty() || unit == "objects" || unit == "object") {
        rule.max_objects = *value;
        return true;
    }
    constexpr std::pair<std::string_view, unsigned> kUnits[] = {
        {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    for (const auto& one : kUnits)
        if (unit == one.first && *value <= (UINT64_MAX >> one.second)) {
            rule.max_bytes = *value << one.second;
            return true;
        }
    return false;
}

std::optional<std::chrono::sys_days> read_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(5, 2));
    const auto day = number(text.substr(8, 2));
    if (!year || !month || !day)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date);
}

bool is_verdict(std::string_view word) {
    for (int i = 0; i <= static_cast<int>(Verdict::live); ++i)
        if (word == to_string(static_cast<Verdict>(i)))
            return true;
    return false;
}

// As LeakSanitizer has it: anywhere in a name, unless it is held to an end by ^ or $.
std::string glob_of_leak(std::string_view pattern) {
    std::string glob;
    if (pattern.starts_with('^'))
        pattern.remove_prefix(1);
    else
        glob = "*";
    const bool to_end = pattern.ends_with('$');
    if (to_end)
        pattern.remove_suffix(1);
    glob += pattern;
    return to_end ? glob : glob + '*';
}

class Parser {
  public:
    Parser(const std::string& file, std::vector<Suppression>& into) : file_(file), into_(into) {}

    Result<> line(std::string_view text) {
        ++line_;
        if (text.size() > kMostLineBytes)
            return refuse(Errc::limit,
                          fmt::format("the line has more than {} bytes", kMostLineBytes));
        text = trimmed(text);
        if (text.empty() || text.starts_with('#'))
            return {};
        if (rule_)
            return text == "}" ? end_rule() : line_of_rule(text);
        if (text.starts_with('{'))
            return begin_rule(trimmed(text.substr(1)));
        if (text.starts_with("leak:"))
            return leak(trimmed(text.substr(5)));
        return refuse(Errc::malformed,
                      fmt::format("{} begins no rule; write \"{{ NAME\" and lines up to \"}}\", or "
                                  "leak:PATTERN",
                                  quoted(text)));
    }

    Result<> end() {
        if (!rule_)
            return {};
        line_ = rule_->line;
        return refuse(Errc::malformed, "the rule that begins here has no end; write \"}\" on a "
                                       "line of its own behind it");
    }

  private:
    tl::unexpected<Error> refuse(Errc code, const std::string& why) const {
        return fail(code, fmt::format("{}:{}: {}", file_, line_, why));
    }

    Result<> begin_rule(std::string_view name) {
        if (name.find('}') != name.npos)
            return refuse(Errc::malformed, "a rule has a line for each of its keys; write \"}\" on "
                                           "a line of its own");
        rule_.emplace();
        rule_->name = name.empty() ? fmt::format("rule of line {}", line_) : std::string(name);
        rule_->file = file_;
        rule_->line = line_;
        lines_ = 0;
        return {};
    }

    Result<> keep(Suppression rule) {
        if (into_.size() == kMostSuppressions)
            return refuse(Errc::limit, fmt::format("there are more than {} rules; join some with "
                                                   "\"*\" and \"...\"",
                                                   kMostSuppressions));
        into_.push_back(std::move(rule));
        return {};
    }

    Result<> end_rule() {
        Suppression rule = std::move(*rule_);
        rule_.reset();
        if (rule.classes.empty() && rule.kinds.empty() && rule.caches.empty() &&
            rule.processes.empty() && rule.verdicts.empty() && rule.frames.empty())
            return refuse(Errc::malformed, "the rule would hide everything; say what it is for "
                                           "(class:, kind:, cache:, process:, verdict:, fun:, "
                                           "obj:), or class: * if that is meant");
        return keep(std::move(rule));
    }

    Result<> leak(std::string_view pattern) {
        if (pattern.empty())
            return refuse(Errc::malformed, "leak: needs a pattern; leak:* hides everything");
        Suppression rule;
        rule.name = fmt::format("leak:{}", pattern);
        rule.file = file_;
        rule.line = line_;
        rule.any_frame = glob_of_leak(pattern);
        return keep(std::move(rule));
    }

    Result<> line_of_rule(std::string_view text) {
        if (++lines_ > kMostRuleLines)
            return refuse(Errc::limit, fmt::format("the rule has more than {} lines; write ... for "
                                                   "frames that do not matter",
                                                   kMostRuleLines));
        if (text == "...") {
            rule_->frames.push_back({FramePattern::Of::any_number, ""});
            return {};
        }
        const std::size_t colon = text.find(':');
        const std::string_view key = text.substr(0, colon);
        const std::string_view value =
            colon == text.npos ? std::string_view() : trimmed(text.substr(colon + 1));
        if (colon != text.npos && value.empty())
            return refuse(Errc::malformed, fmt::format("{} has no value", quoted(text)));
        if (key == "fun" || key == "obj")
            rule_->frames.push_back(
                {key == "fun" ? FramePattern::Of::function : FramePattern::Of::object,
                 std::string(value)});
        else if (std::vector<std::string>* list = list_of(key))
            return add_to(*list, key, value);
        else
            return single(key, value, text);
        return {};
    }

    std::vector<std::string>* list_of(std::string_view key) {
        if (key == "class")
            return &rule_->classes;
        if (key == "kind")
            return &rule_->kinds;
        if (key == "cache")
            return &rule_->caches;
        if (key == "process")
            return &rule_->processes;
        return key == "verdict" ? &rule_->verdicts : nullptr;
    }

    // A comma between its words.
    Result<> add_to(std::vector<std::string>& list, std::string_view key, std::string_view value) {
        for (std::size_t from = 0; from <= value.size();) {
            const std::size_t comma = std::min(value.find(',', from), value.size());
            const std::string_view word = trimmed(value.substr(from, comma - from));
            if (word.empty())
                return refuse(Errc::malformed,
                              fmt::format("{}: has an empty word between its commas", key));
            const bool exact = word.find_first_of("*?") == word.npos;
            if (exact && key == "class" && !class_from_string(word))
                return refuse(Errc::malformed, fmt::format("there is no class {}; choose from {}",
                                                           quoted(word), class_names()));
            if (exact && key == "verdict" && !is_verdict(word))
                return refuse(Errc::malformed,
                              fmt::format("there is no verdict {}; write leaking, suspect, live or "
                                          "another of docs/verdicts.md",
                                          quoted(word)));
            list.emplace_back(word);
            from = comma + 1;
        }
        return {};
    }

    Result<> single(std::string_view key, std::string_view value, std::string_view text) {
        if (key == "max")
            return max(value);
        if (key == "expires") {
            rule_->expires = read_day(value);
            if (!rule_->expires)
                return refuse(Errc::malformed, fmt::format("{} is no day; write expires: "
                                                           "2027-01-31, the last day it holds",
                                                           quoted(value)));
            return {};
        }
        if (key == "reason") {
            rule_->reason += (rule_->reason.empty() ? "" : " ") + std::string(value);
            return {};
        }
        return refuse(Errc::malformed,
                      fmt::format("{} is not known; write fun:, obj:, ... (frames), class:, kind:, "
                                  "cache:, process:, verdict:, max:, expires: or reason:",
                                  quoted(text)));
    }

    Result<> max(std::string_view value) {
        for (std::size_t from = 0; from <= value.size();) {
            const std::size_t comma = std::min(value.find(',', from), value.size());
            if (!read_amount(trimmed(value.substr(from, comma - from)), *rule_))
                return refuse(Errc::malformed,
                              fmt::format("{} is no amount; write max: 5000 objects, max: 4 MiB, "
                                          "or both with a comma",
                                          quoted(value)));
            from = comma + 1;
        }
        return {};
    }

    const std::string& file_;
    std::vector<Suppression>& into_;
    std::uint32_t line_ = 0;
    std::optional<Suppression> rule_; // that has not ended
    std::size_t lines_ = 0;           // of it
};

} // namespace

Result<> parse_suppressions(std::string_view text, const std::string& file,
                            std::vector<Suppression>& into) {
    if (text.size() > kMostSuppressionBytes)
        return fail(Errc::limit, fmt::format("{}: more than {} bytes; join rules with \"*\" and "
                                             "\"...\"",
                                             file, kMostSuppressionBytes));
    Parser parser(file, into);
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        if (auto line = parser.line(text.substr(from, end - from)); !line)
            return line;
        from = end + 1;
    }
    return parser.end();
}

} // namespace unfreed
