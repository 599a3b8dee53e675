// SPDX-License-Identifier: BSD-2-Clause
// profile.proto of google/pprof, gzipped, in the shape of Go's heap profiles, which is what readers
// know: go tool pprof, Pyroscope, Parca, speedscope. What they enforce beyond the format:
//  - these four sample types in this order, the default one last; period type space/bytes, or
//    Parca's screens have no name for the profile;
//  - no duration: Parca would take it for a difference. The window of the trace is a comment;
//  - numbers of mappings, locations and functions without gaps; a function in every location;
//  - labels with strings (Pyroscope drops those with numbers), one value a key;
//  - at most 16 000 samples and 4 MiB before compression (Pyroscope), none of them all zero.
#include "report/gzip.h"
#include "report/pprof_tables.h"
#include "report/writer.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <set>

namespace unfreed {
namespace {

constexpr std::size_t kMostGroups = 15'999; // and the others as one
constexpr std::size_t kMostBytes = 4 << 20;

// alloc_objects, alloc_space, inuse_objects, inuse_space.
using Values = std::array<std::int64_t, 4>;

std::int64_t whole(double value) {
    return value < 9.2e18 ? std::llround(value) : INT64_MAX;
}

// Rows of one origin share its births: the first of them has all. What was born is taken to be as
// large as what is outstanding.
Values values_of(const Group& group, bool first_of_origin) {
    const double count = static_cast<double>(group.count);
    const double bytes = static_cast<double>(group.bytes.value_or(0));
    const double births = first_of_origin ? static_cast<double>(group.births) : 0;
    return {whole(births), whole(count > 0 ? births * bytes / count : 0), whole(count),
            whole(bytes)};
}

class Profile {
  public:
    Profile(const Report& report, std::size_t most_groups)
        : report_(report), most_groups_(most_groups) {}

    std::string make() {
        add_types();
        add_samples();
        add_comments();
        tables_.write(writer_);
        return std::move(bytes_);
    }

  private:
    void add_type(protozero::pbf_tag_type field, const char* type, const char* unit) {
        const std::int64_t type_string = tables_.string(type);
        const std::int64_t unit_string = tables_.string(unit);
        protozero::pbf_writer value_type(writer_, field);
        value_type.add_int64(1, type_string);
        value_type.add_int64(2, unit_string);
    }

    void add_types() {
        add_type(pprof::kSampleType, "alloc_objects", "count");
        add_type(pprof::kSampleType, "alloc_space", "bytes");
        add_type(pprof::kSampleType, "inuse_objects", "count");
        add_type(pprof::kSampleType, "inuse_space", "bytes");
        writer_.add_int64(pprof::kDefaultSampleType, tables_.string("inuse_space"));
        add_type(pprof::kPeriodType, "space", "bytes");
        writer_.add_int64(pprof::kPeriod, 1);
        if (const std::int64_t taken_at = taken_at_ns(); taken_at > 0)
            writer_.add_int64(pprof::kTimeNanos, taken_at);
    }

    void add_samples() {
        std::set<std::string> origins;
        Values others{};
        std::size_t groups = 0;
        for (const Group& group : report_.groups) {
            if (!group.judged)
                continue;
            // "3f2a91c0d4e7-2" is another row of the origin.
            const bool first = origins.insert(group.id.substr(0, group.id.find('-'))).second;
            const Values values = values_of(group, first);
            if (++groups <= most_groups_) {
                add_sample(locations_of(group), values, &group);
                continue;
            }
            for (std::size_t i = 0; i < values.size(); ++i)
                others[i] += values[i];
        }
        others_ = groups - std::min(groups, most_groups_);
        add_sample({tables_.location("(other origins)")}, others, nullptr);
    }

    std::vector<std::uint64_t> locations_of(const Group& group) {
        std::vector<std::uint64_t> ids;
        tables_.add_stack(group.kernel_stack, true, ids);
        tables_.add_stack(group.user_stack, false, ids);
        if (ids.empty())
            ids.push_back(tables_.location("[unknown]"));
        return ids;
    }

    void add_sample(const std::vector<std::uint64_t>& locations, const Values& values,
                    const Group* group) {
        if (values == Values{})
            return;
        std::string bytes;
        protozero::pbf_writer sample(bytes);
        sample.add_packed_uint64(1, locations.begin(), locations.end());
        sample.add_packed_int64(2, values.begin(), values.end());
        if (group != nullptr)
            add_labels(sample, *group);
        writer_.add_message(pprof::kSample, bytes);
    }

    void add_label(protozero::pbf_writer& sample, const char* key, std::string_view value) {
        if (value.empty())
            return;
        const std::int64_t key_string = tables_.string(key);
        const std::int64_t value_string = tables_.string(value);
        protozero::pbf_writer label(sample, 3);
        label.add_int64(1, key_string);
        label.add_int64(2, value_string);
    }

    void add_labels(protozero::pbf_writer& sample, const Group& group) {
        add_label(sample, "class", to_string(group.object_class));
        add_label(sample, "kind", group.kind);
        add_label(sample, "verdict", to_string(group.verdict));
        add_label(sample, "cache", group.cache);
        add_label(sample, "context", group.context);
        if (group.processes.empty())
            return;
        const ReportProcess& process = group.processes.front();
        add_label(sample, "process", process.comm);
        add_label(sample, "pid", std::to_string(process.pid));
        add_label(sample, "container", process.container);
    }

    void comment(const std::string& text) {
        writer_.add_int64(pprof::kComment, tables_.string(text));
    }

    void add_comments() {
        comment(fmt::format("unfreed {}: {}, {}", report_.tool.version, report_.host.hostname,
                            report_.host.kernel_release));
        comment(fmt::format("traced for {} s from {}", report_.trace.duration_ns / 1'000'000'000,
                            report_.trace.started_at));
        comment("alloc_space: births times the mean size of what is outstanding");
        if (report_.trace.sample.one_in > 1)
            comment(fmt::format("one object in {} was followed; the numbers are scaled",
                                report_.trace.sample.one_in));
        if (others_ != 0)
            comment(fmt::format("{} groups are in (other origins)", others_));
        comment(report_.complete ? "complete" : "incomplete: a loss may change the numbers");
        for (const Loss& loss : report_.losses)
            if (loss.count != 0 && loss.severity >= Severity::notice)
                comment(fmt::format("{}: {} {}", loss.counter, loss.count, loss.meaning));
    }

    // 0: the time is not known.
    std::int64_t taken_at_ns() const {
        std::tm time{};
        const char* const end =
            ::strptime(report_.trace.started_at.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
        if (end == nullptr || *end != '\0')
            return 0;
        return static_cast<std::int64_t>(::timegm(&time)) * 1'000'000'000 +
               static_cast<std::int64_t>(report_.trace.duration_ns);
    }

    const Report& report_;
    std::size_t most_groups_;
    std::size_t others_ = 0;
    PprofTables tables_;
    std::string bytes_;
    protozero::pbf_writer writer_{bytes_};
};

std::string write(const Report& report, const Sheet&) {
    std::string profile;
    for (std::size_t groups = kMostGroups; groups > 0; groups /= 2) {
        profile = Profile(report, groups).make();
        if (profile.size() <= kMostBytes)
            break;
    }
    return gzip(profile);
}

} // namespace

extern const Writer pprof_writer;
const Writer pprof_writer{"pprof", "a profile for go tool pprof, Pyroscope, Parca", write, true,
                          true};

} // namespace unfreed
