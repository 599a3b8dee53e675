// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/unseen_users.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace unfreed {
namespace {

std::vector<std::string_view> split(std::string_view text, char by) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(by), text.size());
        if (end != 0)
            parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// Blanks and their like are written as "\040" in these files.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool octal =
            text[i] == '\\' && i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3';
        if (octal)
            out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                            (text[i + 3] - '0')));
        else
            out.push_back(text[i]);
        i += octal ? 3 : 0;
    }
    return out;
}

// "... - overlay overlay rw,lowerdir=/a:/b,upperdir=/c,workdir=/d"
void add_layers(std::string_view line, std::vector<std::string>& paths) {
    const std::size_t end = line.find(" - overlay ");
    if (end == line.npos)
        return;
    const std::string_view options = line.substr(line.rfind(' ') + 1);
    for (std::string_view option : split(options, ','))
        for (std::string_view name : {"lowerdir=", "upperdir=", "lowerdir+=", "datadir+="})
            if (option.starts_with(name))
                for (std::string_view layer : split(option.substr(name.size()), ':'))
                    paths.push_back(unescape(layer));
}

void add_first_words(std::string_view text, std::vector<std::string>& paths) {
    for (std::string_view line : split(text, '\n'))
        if (line.starts_with('/'))
            paths.push_back(unescape(line.substr(0, line.find_first_of(" \t"))));
}

} // namespace

std::vector<std::string> UnseenUsers::directories(std::string_view mountinfo,
                                                  std::string_view exports) {
    std::vector<std::string> found;
    for (std::string_view line : split(mountinfo, '\n'))
        add_layers(line, found);
    add_first_words(exports, found);
    return found;
}

std::vector<std::string> UnseenUsers::swap_files(std::string_view swaps) {
    std::vector<std::string> found;
    add_first_words(swaps, found);
    return found;
}

std::vector<std::uint32_t> UnseenUsers::loop_devices(std::string_view partitions) {
    std::vector<std::uint32_t> found;
    for (std::string_view line : split(partitions, '\n')) {
        const std::size_t name = line.rfind(" loop");
        if (name == line.npos)
            continue;
        const std::string_view number = line.substr(name + 5);
        std::uint32_t value = 0;
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), value);
        if (error == std::errc{} && end == number.data() + number.size())
            found.push_back(value);
    }
    return found;
}

} // namespace unfreed
