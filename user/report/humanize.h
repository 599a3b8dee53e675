// SPDX-License-Identifier: BSD-2-Clause
// Numbers as a person reads them. Counts stay exact; sizes, times and rates are rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed {

// "?" for what is not known: never 0, which would be a claim.
inline constexpr std::string_view kUnknown = "?";

// 10012 -> "10 012".
std::string human_count(std::uint64_t count);
// With its sign: "+10 012", "-3", "0".
std::string human_delta(std::int64_t delta);
// 1 object, 2 objects: the count and the form that fits it.
std::string human_count(std::uint64_t count, std::string_view one, std::string_view many);
// Bytes: "512 B", "1.6 MiB".
std::string human_bytes(std::optional<std::uint64_t> bytes);
// Nanoseconds: "850 us", "250 ms", "3.2 s", "3 s", "1m 05s", "2h 03m", "3d 04h".
std::string human_duration(std::uint64_t ns);
// Per second, in the largest unit of time that is needed to see a number: "+16.7/s", "-2.0/min",
// "+3.5/h", "+1.2/day".
std::string human_rate(std::optional<double> per_second);
// A part of one: 0.9997 -> "99.97 %".
std::string human_ratio(std::optional<double> ratio);

} // namespace unfreed
