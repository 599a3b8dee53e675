// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/name_pattern.h"

#include <algorithm>

namespace unfreed {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_word(char c) {
    return is_digit(c) || is_lower(c) || is_upper(c);
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::size_t run(std::string_view text, bool (*is_part)(char)) {
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_part);
    return static_cast<std::size_t>(end - text.begin());
}

// 8-4-4-4-12 hexadecimal digits at the front.
bool starts_with_uuid(std::string_view text) {
    constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.size() < kForm.size() || (text.size() > kForm.size() && is_word(text[kForm.size()])))
        return false;
    for (std::size_t i = 0; i < kForm.size(); ++i)
        if (kForm[i] == '-' ? text[i] != '-' : !is_hex(text[i]))
            return false;
    return true;
}

// A number of one case, which is no decimal one and no word.
bool is_hex_number(std::string_view word) {
    constexpr std::size_t kLeast = 8;
    const auto has = [&](bool (*kind)(char)) {
        return std::any_of(word.begin(), word.end(), kind);
    };
    return word.size() >= kLeast && std::all_of(word.begin(), word.end(), is_hex) &&
           has(is_digit) && (has(is_lower) != has(is_upper));
}

// How often the word goes from one of lower case, upper case and digits to another.
std::size_t changes(std::string_view word) {
    const auto kind = [](char c) { return is_digit(c) ? 0 : is_lower(c) ? 1 : 2; };
    std::size_t count = 0;
    for (std::size_t i = 1; i < word.size(); ++i)
        count += kind(word[i]) != kind(word[i - 1]);
    return count;
}

// As the X of a template of mkstemp() or mktemp(1): six, eight or ten letters and digits at the
// end, or any word that changes between letters and digits so often that nobody thought of it.
bool is_random(std::string_view word, bool at_end) {
    constexpr std::size_t kLeast = 6;
    if (word.size() < kLeast)
        return false;
    const bool has_digit = std::any_of(word.begin(), word.end(), is_digit);
    if (has_digit && changes(word) >= 3)
        return true;
    const bool of_template = word.size() == 6 || word.size() == 8 || word.size() == 10;
    const bool capitals = std::count_if(word.begin(), word.end(), is_upper) >= 2;
    return at_end && of_template && changes(word) >= (capitals ? 1 : 2);
}

template <class Iterator>
std::size_t equal_at_front(Iterator a, Iterator a_end, Iterator b, Iterator b_end) {
    return static_cast<std::size_t>(std::mismatch(a, a_end, b, b_end).first - a);
}

std::string without_numbers(std::string_view word) {
    std::string text;
    while (!word.empty()) {
        const bool digits = is_digit(word.front());
        const std::size_t size = digits ? run(word, is_digit) : 1;
        text += digits ? std::string_view("<N>") : word.substr(0, size);
        word.remove_prefix(size);
    }
    return text;
}

} // namespace

std::string name_pattern(std::string_view name) {
    constexpr std::size_t kUuid = 36;
    std::string pattern;
    while (!name.empty()) {
        if (starts_with_uuid(name)) {
            pattern += "<uuid>";
            name.remove_prefix(kUuid);
            continue;
        }
        const std::size_t size = run(name, is_word);
        if (size == 0) {
            pattern += name.front();
            name.remove_prefix(1);
            continue;
        }
        const std::string_view word = name.substr(0, size);
        if (is_hex_number(word))
            pattern += "<hex>";
        else if (is_random(word, size == name.size() && !pattern.empty()))
            pattern += "<random>";
        else
            pattern += without_numbers(word);
        name.remove_prefix(size);
    }
    return pattern;
}

std::string path_pattern(std::string_view path) {
    std::string pattern;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        pattern += name_pattern(path.substr(0, slash));
        if (slash == path.npos)
            break;
        pattern += '/';
        path.remove_prefix(slash + 1);
    }
    return pattern;
}

std::string common_path(std::string_view a, std::string_view b) {
    std::string common;
    const auto take = [](std::string_view& path) {
        const std::size_t slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        path.remove_prefix(slash == path.npos ? path.size() : slash);
        return name;
    };
    while (!a.empty() || !b.empty()) {
        const std::string_view name = take(a);
        common += name == take(b) ? std::string(name) : name_pattern(name);
        if (!a.empty())
            common += '/';
        a.remove_prefix(a.empty() ? 0 : 1);
        b.remove_prefix(b.empty() ? 0 : 1);
    }
    return common;
}

std::string common_pattern(const std::vector<std::string_view>& patterns) {
    if (patterns.empty())
        return {};
    const std::string_view first = patterns.front();
    std::size_t prefix = first.size();
    std::size_t suffix = first.size();
    std::size_t shortest = first.size();
    bool equal = true;
    for (std::string_view one : patterns) {
        equal = equal && one == first;
        shortest = std::min(shortest, one.size());
        prefix =
            std::min(prefix, equal_at_front(first.begin(), first.end(), one.begin(), one.end()));
        suffix = std::min(suffix,
                          equal_at_front(first.rbegin(), first.rend(), one.rbegin(), one.rend()));
    }
    suffix = std::min(suffix, shortest - prefix); // nothing counts twice
    if (equal)
        return std::string(first);
    // Not in the middle of "<N>".
    const std::size_t open = first.substr(0, prefix).rfind('<');
    if (open != first.npos && first.substr(open, prefix - open).find('>') == first.npos)
        prefix = open;
    std::string_view end = first.substr(first.size() - suffix);
    const std::size_t close = end.find('>');
    if (close != end.npos && end.substr(0, close).find('<') == end.npos)
        end.remove_prefix(close + 1);
    return std::string(first.substr(0, prefix)) + "*" + std::string(end);
}

std::string common_directory(const std::vector<std::string_view>& paths) {
    std::string_view common;
    bool equal = true;
    bool any = false;
    for (std::string_view path : paths) {
        if (path.empty())
            continue;
        if (!any) {
            common = path;
            any = true;
            continue;
        }
        if (path == common && equal)
            continue;
        equal = false;
        // Whole names only.
        std::size_t shared = 0;
        for (std::size_t i = 0; i <= std::min(common.size(), path.size()); ++i) {
            const bool common_ends = i == common.size() || common[i] == '/';
            const bool path_ends = i == path.size() || path[i] == '/';
            if (common_ends && path_ends)
                shared = i;
            if (i == common.size() || i == path.size() || common[i] != path[i])
                break;
        }
        common = common.substr(0, shared);
    }
    if (equal)
        return std::string(common);
    return std::string(common == "/" ? std::string_view() : common) + "/**";
}

} // namespace unfreed
