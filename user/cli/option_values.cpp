// SPDX-License-Identifier: BSD-2-Clause
#include "cli/option_values.h"

#include "model/sampling.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <locale>
#include <sstream>
#include <string_view>
#include <system_error>

namespace unfreed::cli {

Result<std::chrono::nanoseconds> parse_duration(const std::string& text) {
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double number = 0;
    std::string unit;
    stream >> number;
    if (stream.fail() || !std::isfinite(number) || number < 0)
        return fail(Errc::usage,
                    fmt::format("\"{}\" is no time; write 500ms, 10s, 2m or 1h", text));
    stream >> unit;
    if (!(stream >> std::ws).eof())
        return fail(Errc::usage, fmt::format("\"{}\" is more than one time; write 90s", text));
    double scale = 0;
    if (unit.empty() || unit == "s")
        scale = 1e9;
    else if (unit == "ms")
        scale = 1e6;
    else if (unit == "us")
        scale = 1e3;
    else if (unit == "m")
        scale = 60e9;
    else if (unit == "h")
        scale = 3600e9;
    else
        return fail(Errc::usage,
                    fmt::format("\"{}\" has the unknown unit \"{}\"; write 500ms, 10s, 2m or 1h",
                                text, unit));
    if (number * scale > 9e18)
        return fail(Errc::usage, fmt::format("\"{}\" is too long", text));
    return std::chrono::nanoseconds(static_cast<std::int64_t>(number * scale));
}

Result<std::uint32_t> parse_sample(const std::string& text) {
    std::string_view number = text;
    if (number.starts_with("1/"))
        number.remove_prefix(2);
    else if (number != "1")
        number = "";
    std::uint32_t one_in = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), one_in);
    if (error != std::errc() || end != number.data() + number.size() || one_in == 0 ||
        one_in > Sampling::kMaxOneIn)
        return fail(Errc::usage,
                    fmt::format("--sample: \"{}\" is no share: write 1/N with N from 1 to {}", text,
                                Sampling::kMaxOneIn));
    return one_in;
}

Result<std::uint32_t> parse_max_objects(const std::string& text) {
    constexpr std::uint32_t kLeast = 1024;
    constexpr std::uint32_t kMost = 100'000'000;
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc::invalid_argument || end != text.data() + text.size())
        return fail(Errc::usage, fmt::format("--max-objects: \"{}\" is no number", text));
    if (error != std::errc() || count > kMost)
        return fail(Errc::usage,
                    fmt::format("--max-objects: {} is too many: the table takes 52 to 104 bytes "
                                "an object, {} objects are the most; --sample 1/N follows more in "
                                "less",
                                text, kMost));
    if (count < kLeast)
        return fail(Errc::usage,
                    fmt::format("--max-objects: {} is too few; {} are the least", text, kLeast));
    return static_cast<std::uint32_t>(count);
}

} // namespace unfreed::cli
