// SPDX-License-Identifier: BSD-2-Clause
// What the samples of a profile refer to (profile.proto of google/pprof): strings, functions,
// places in code, and the files that these lie in.
#pragma once

#include "model/report.h"

#include <cstdint>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace unfreed {

// Fields of message Profile.
namespace pprof {
enum Field : protozero::pbf_tag_type {
    kSampleType = 1,
    kSample = 2,
    kMapping = 3,
    kLocation = 4,
    kFunction = 5,
    kString = 6,
    kTimeNanos = 9,
    kDurationNanos = 10,
    kPeriodType = 11,
    kPeriod = 12,
    kComment = 13,
    kDefaultSampleType = 14,
};
} // namespace pprof

// Numbers begin with 1 and have no gaps, as Parca wants them; string 0 is empty.
class PprofTables {
  public:
    // Made valid UTF-8 without control characters.
    std::int64_t string(std::string_view text);
    // Locations of a stack, the innermost first. Frames that were inlined belong to the location of
    // the function that they were inlined into. Every location has a function, if only one that is
    // called like its address: speedscope drops those that have none.
    void add_stack(std::span<const Frame> stack, bool kernel, std::vector<std::uint64_t>& ids);
    // A location that is no code.
    std::uint64_t location(std::string_view name);

    // Mappings, locations, functions and strings.
    void write(protozero::pbf_writer& profile) const;

  private:
    struct Line {
        std::uint64_t function = 0;
        std::int64_t line = 0;
        friend auto operator<=>(const Line&, const Line&) = default;
    };
    struct Location {
        std::uint64_t mapping = 0; // 0: none
        std::uint64_t address = 0;
        std::vector<Line> lines;
        friend auto operator<=>(const Location&, const Location&) = default;
    };
    struct Mapping {
        std::int64_t file = 0;
        std::uint64_t start = 0; // of what is referred to
        std::uint64_t end = 0;
    };

    std::uint64_t function(std::string_view name, std::string_view file);
    std::uint64_t mapping(const Frame& frame, bool kernel);
    std::uint64_t location(Location location);
    Line line_of(const Frame& frame);

    std::map<std::string, std::int64_t> strings_{{"", 0}};
    std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> functions_; // name, file
    std::map<Location, std::uint64_t> locations_;
    std::map<std::string, std::uint64_t> mapping_of_;
    std::vector<Mapping> mappings_; // by number less 1
};

} // namespace unfreed
