// SPDX-License-Identifier: BSD-2-Clause
// Reads a profile as its readers do, and holds it against what they refuse.
#include "report/writer.h"
#include "sample_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <protozero/pbf_reader.hpp>
#include <set>
#include <string>
#include <vector>

namespace unfreed::testing {
namespace {

using protozero::pbf_reader;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string gunzip(const std::string& packed) {
    z_stream stream{};
    EXPECT_EQ(::inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
    std::string in = packed;
    std::string out(64 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::inflateEnd(&stream);
    return out;
}

struct Location {
    std::uint64_t mapping = 0;
    std::vector<std::uint64_t> functions;
};

struct Sample {
    std::vector<std::uint64_t> locations;
    std::vector<std::int64_t> values;
    std::map<std::string, std::string> labels;
};

// The fields of profile.proto by number.
struct Profile {
    std::vector<std::string> strings;
    std::vector<std::string> sample_types; // "space/bytes"
    std::vector<Sample> samples;
    std::vector<std::string> mappings; // their files, by number
    std::vector<Location> locations;
    std::vector<std::string> functions;
    std::vector<std::string> comments;
    std::string period_type, default_type;
    std::int64_t period = 0, time_ns = 0, duration_ns = 0;
    std::size_t bytes = 0;

    std::vector<std::string> names_of(const Sample& sample) const {
        std::vector<std::string> names;
        for (const std::uint64_t location : sample.locations)
            for (const std::uint64_t function : locations.at(location - 1).functions)
                names.push_back(functions.at(function - 1));
        return names;
    }
};

class Parser {
  public:
    explicit Parser(const std::string& bytes) : bytes_(bytes) { result_.bytes = bytes.size(); }

    Profile parse() {
        for (pbf_reader profile(bytes_); profile.next(6);)
            result_.strings.push_back(profile.get_string());
        for (pbf_reader profile(bytes_); profile.next();)
            read_field(profile);
        return std::move(result_);
    }

  private:
    const std::string& text(std::int64_t index) {
        return result_.strings.at(static_cast<std::size_t>(index));
    }

    void read_field(pbf_reader& profile) {
        switch (profile.tag()) {
        case 1:
            return result_.sample_types.push_back(type_of(profile.get_message()));
        case 2:
            return result_.samples.push_back(sample_of(profile.get_message()));
        case 3:
            return read_mapping(profile.get_message());
        case 4:
            return read_location(profile.get_message());
        case 5:
            return read_function(profile.get_message());
        case 9:
            result_.time_ns = profile.get_int64();
            return;
        case 10:
            result_.duration_ns = profile.get_int64();
            return;
        case 11:
            result_.period_type = type_of(profile.get_message());
            return;
        case 12:
            result_.period = profile.get_int64();
            return;
        case 13:
            return result_.comments.push_back(text(profile.get_int64()));
        case 14:
            result_.default_type = text(profile.get_int64());
            return;
        default:
            EXPECT_EQ(profile.tag(), 6U) << "a field that nobody knows";
            profile.skip();
        }
    }

    std::string type_of(pbf_reader message) {
        std::string type, unit;
        while (message.next())
            (message.tag() == 1 ? type : unit) = text(message.get_int64());
        return type + "/" + unit;
    }

    Sample sample_of(pbf_reader message) {
        Sample sample;
        while (message.next()) {
            if (message.tag() == 1) {
                const auto ids = message.get_packed_uint64();
                sample.locations.assign(ids.begin(), ids.end());
            } else if (message.tag() == 2) {
                const auto values = message.get_packed_int64();
                sample.values.assign(values.begin(), values.end());
            } else {
                std::string key, value;
                for (pbf_reader label = message.get_message(); label.next();)
                    (label.tag() == 1 ? key : value) = text(label.get_int64());
                EXPECT_TRUE(sample.labels.emplace(key, value).second) << key << " twice";
            }
        }
        return sample;
    }

    void read_mapping(pbf_reader message) {
        std::string file;
        bool has_functions = false;
        while (message.next()) {
            if (message.tag() == 1)
                EXPECT_EQ(message.get_uint64(), result_.mappings.size() + 1);
            else if (message.tag() == 5)
                file = text(message.get_int64());
            else if (message.tag() == 7)
                has_functions = message.get_bool();
            else
                message.skip();
        }
        EXPECT_TRUE(has_functions) << file;
        result_.mappings.push_back(file);
    }

    void read_location(pbf_reader message) {
        Location location;
        while (message.next()) {
            if (message.tag() == 1)
                EXPECT_EQ(message.get_uint64(), result_.locations.size() + 1);
            else if (message.tag() == 2)
                location.mapping = message.get_uint64();
            else if (message.tag() == 4)
                for (pbf_reader line = message.get_message(); line.next();)
                    if (line.tag() == 1)
                        location.functions.push_back(line.get_uint64());
                    else
                        line.skip();
            else
                message.skip();
        }
        result_.locations.push_back(location);
    }

    void read_function(pbf_reader message) {
        std::string name;
        while (message.next()) {
            if (message.tag() == 1)
                EXPECT_EQ(message.get_uint64(), result_.functions.size() + 1);
            else if (message.tag() == 2)
                name = text(message.get_int64());
            else
                message.skip();
        }
        result_.functions.push_back(name);
    }

    const std::string& bytes_;
    Profile result_;
};

Profile profile_of(const Report& report) {
    const std::string bytes = gunzip(find_writer("pprof")->write(report, {}));
    return Parser(bytes).parse();
}

void expect_readable(const Profile& profile) {
    EXPECT_THAT(profile.sample_types, ElementsAre("alloc_objects/count", "alloc_space/bytes",
                                                  "inuse_objects/count", "inuse_space/bytes"));
    EXPECT_EQ(profile.default_type, "inuse_space");
    EXPECT_EQ(profile.period_type, "space/bytes");
    EXPECT_EQ(profile.period, 1);
    EXPECT_EQ(profile.duration_ns, 0);
    ASSERT_FALSE(profile.strings.empty());
    EXPECT_EQ(profile.strings[0], "");
    EXPECT_LE(profile.samples.size(), 16'000U);
    EXPECT_LE(profile.bytes, 4U << 20);
    for (const Location& location : profile.locations) {
        EXPECT_FALSE(location.functions.empty());
        EXPECT_LE(location.mapping, profile.mappings.size());
    }
    for (const std::string& name : profile.functions)
        EXPECT_NE(name, "");
    for (const Sample& sample : profile.samples) {
        ASSERT_EQ(sample.values.size(), 4U);
        EXPECT_NE(sample.values, (std::vector<std::int64_t>{0, 0, 0, 0}));
        for (const std::int64_t value : sample.values)
            EXPECT_GE(value, 0);
        ASSERT_FALSE(sample.locations.empty());
        for (const std::uint64_t location : sample.locations)
            EXPECT_TRUE(location >= 1 && location <= profile.locations.size());
    }
}

std::vector<std::int64_t> sums_of(const Profile& profile) {
    std::vector<std::int64_t> sums(4);
    for (const Sample& sample : profile.samples)
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += sample.values[i];
    return sums;
}

TEST(Pprof, KeepsTheRulesOfItsReaders) {
    for (const Report& report : {sample_report(), clean_report(), Report()})
        expect_readable(profile_of(report));
}

TEST(Pprof, NumbersAreThoseOfTheGroups) {
    const Profile profile = profile_of(sample_report());
    ASSERT_EQ(profile.samples.size(), 4U) << "one group is not judged";
    EXPECT_THAT(profile.samples[0].values, ElementsAre(1000, 1'700'000, 1000, 1'700'000));
    EXPECT_THAT(profile.samples[1].values, ElementsAre(12'500, 12'500 * 192, 10'012, 10'012 * 192));
    EXPECT_EQ(profile.time_ns, 1'772'334'306'000'000'000); // 2026-03-01T03:04:05Z and 61 s
}

TEST(Pprof, TheAllocatorIsTheLeafAndInlinedFramesArePartOfTheirCaller) {
    const Profile profile = profile_of(sample_report());
    const Sample& sample = profile.samples[0];
    const auto names = profile.names_of(sample);
    EXPECT_EQ(names.front(), "kmem_cache_alloc_noprof");
    EXPECT_EQ(names.back(), "tcp_leaker+0x1149");
    EXPECT_EQ(sample.locations.size(), 9U + 3U);
    EXPECT_THAT(profile.locations[sample.locations[10] - 1].functions.size(), 2U);
    EXPECT_EQ(profile.mappings[0], "[kernel.kallsyms]_text");
    EXPECT_THAT(profile.mappings, Contains("[overlay]"));
    EXPECT_THAT(profile.mappings, Contains("/usr/local/bin/tcp_leaker"));
}

TEST(Pprof, LabelsSayWhatAndWhose) {
    const auto labels = profile_of(sample_report()).samples[0].labels;
    EXPECT_THAT(labels, Contains(Pair("class", "socket")));
    EXPECT_THAT(labels, Contains(Pair("kind", "never-closed")));
    EXPECT_THAT(labels, Contains(Pair("cache", "TCP")));
    EXPECT_THAT(labels, Contains(Pair("verdict", "leaking")));
    EXPECT_THAT(labels, Contains(Pair("process", "tcp_leaker")));
    EXPECT_THAT(labels, Contains(Pair("pid", "4242")));
    EXPECT_THAT(labels, Contains(Pair("container", "3f8a2c")));
}

TEST(Pprof, SaysWhatWasLost) {
    const auto comments = profile_of(sample_report()).comments;
    EXPECT_THAT(comments, Contains("incomplete: a loss may change the numbers"));
    EXPECT_THAT(comments, Contains(HasSubstr("objects_not_tracked: 12345")));
    EXPECT_THAT(comments, Contains("one object in 4 was followed; the numbers are scaled"));
    EXPECT_THAT(profile_of(clean_report()).comments, Contains("complete"));
}

TEST(Pprof, RowsOfOneOriginShareItsBirths) {
    Report report = sample_report();
    report.groups = {report.groups[0], report.groups[0]};
    report.groups[1].id += "-2";
    EXPECT_EQ(sums_of(profile_of(report))[0], 1000);
    EXPECT_EQ(sums_of(profile_of(report))[2], 2000);
}

TEST(Pprof, IsBoundedAndLosesNothing) {
    Report report = clean_report();
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        Group group;
        group.id = std::to_string(i);
        group.cache = "kmalloc-64";
        group.count = 2;
        group.bytes = 128;
        group.births = 3;
        Frame frame;
        frame.function = "function_" + std::string(i < 17'000 ? 10 : 400, 'x') + std::to_string(i);
        frame.address = 0xffffffff81000000 + i;
        group.kernel_stack = {frame};
        report.groups.push_back(group);
    }
    const Profile profile = profile_of(report);
    expect_readable(profile);
    EXPECT_THAT(sums_of(profile), ElementsAre(60'000, 60'000 * 64, 40'000, 40'000 * 64));
    EXPECT_THAT(profile.comments, Contains("4001 groups are in (other origins)"));
    for (Group& group : report.groups)
        group.kernel_stack[0].function += std::string(500, 'y');
    const Profile smaller = profile_of(report);
    expect_readable(smaller);
    EXPECT_THAT(sums_of(smaller), ElementsAre(60'000, 60'000 * 64, 40'000, 40'000 * 64));
}

TEST(Pprof, StandsAnyName) {
    Report report = clean_report();
    Group group;
    group.count = 1;
    group.cache = "\xff\n\x1b[2J";
    group.processes = {{1, "", "", "", "", true, 1}};
    group.kernel_stack.resize(2);
    group.kernel_stack[0].inlined = true; // into nothing
    group.user_stack.resize(1);
    group.user_stack[0].inlined = true;
    report.groups = {group};
    expect_readable(profile_of(report));
    EXPECT_THAT(profile_of(report).samples.at(0).labels,
                Contains(Pair("cache", "\\xff\\x0a\\x1b[2J")));
}

} // namespace
} // namespace unfreed::testing
