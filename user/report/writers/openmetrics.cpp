// SPDX-License-Identifier: BSD-2-Clause
// For the textfile collector of node_exporter and other readers of metrics. Everything is a gauge:
// the numbers are those of one trace, and begin anew with the next.
#include "base/utf8.h"
#include "report/writer.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace unfreed {
namespace {

// Each group is some series of its own; what lies beyond is in the sums.
constexpr std::size_t kMostGroups = 50;

std::string value_of(std::string_view label) {
    std::string text;
    for (const char c : escape_for_terminal(label)) {
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    return text;
}

class Metrics {
  public:
    void family(std::string_view name, std::string_view help) {
        name_ = name;
        text_ += fmt::format("# HELP unfreed_{0} {1}\n# TYPE unfreed_{0} gauge\n", name, help);
    }
    template <class Number>
    void sample(std::string_view labels, Number value) {
        text_ += labels.empty() ? fmt::format("unfreed_{} {}\n", name_, value)
                                : fmt::format("unfreed_{}{{{}}} {}\n", name_, labels, value);
    }
    std::string take() { return std::move(text_) + "# EOF\n"; }

  private:
    std::string_view name_;
    std::string text_;
};

std::string labels_of(const Group& group) {
    return fmt::format(R"(group="{}",class="{}",cache="{}",kind="{}",verdict="{}",process="{}")",
                       value_of(group.id), to_string(group.object_class), value_of(group.cache),
                       value_of(group.kind), to_string(group.verdict),
                       group.processes.empty() ? "" : value_of(group.processes.front().comm));
}

void write_groups(Metrics& metrics, const std::vector<const Group*>& groups) {
    metrics.family("group_objects", "Outstanding objects of one origin.");
    for (const Group* group : groups)
        metrics.sample(labels_of(*group), group->count);
    metrics.family("group_bytes", "Their bytes, where these are known.");
    for (const Group* group : groups)
        if (group->bytes)
            metrics.sample(labels_of(*group), *group->bytes);
    metrics.family("group_growth_per_second", "By how many they grow, where that is known.");
    for (const Group* group : groups)
        if (std::isfinite(group->growth_per_s.value_or(std::nan(""))))
            metrics.sample(labels_of(*group), *group->growth_per_s);
}

// Of all groups, also of those that have no series.
void write_sums(Metrics& metrics, const Report& report) {
    std::map<ObjectClass, std::pair<std::uint64_t, std::uint64_t>> sums;
    for (const std::string& name : report.trace.classes)
        if (const auto object_class = class_from_string(name))
            sums[*object_class];
    for (const Group& group : report.groups)
        if (group.judged) {
            sums[group.object_class].first += group.count;
            sums[group.object_class].second += group.bytes.value_or(0);
        }
    metrics.family("objects", "Outstanding objects of a class.");
    for (const auto& [object_class, sum] : sums)
        metrics.sample(fmt::format("class=\"{}\"", to_string(object_class)), sum.first);
    metrics.family("bytes", "Their bytes, as far as known.");
    for (const auto& [object_class, sum] : sums)
        metrics.sample(fmt::format("class=\"{}\"", to_string(object_class)), sum.second);
}

void write_trust(Metrics& metrics, const Report& report) {
    metrics.family("complete", "1: nothing was lost that could change an answer.");
    metrics.sample("", report.complete ? 1 : 0);
    metrics.family("lost", "What the tool lost or could not see, by counter.");
    for (const Loss& loss : report.losses)
        metrics.sample(fmt::format("counter=\"{}\"", value_of(loss.counter)), loss.count);
    metrics.family("trace_seconds", "How long the trace has run.");
    metrics.sample("", static_cast<double>(report.trace.duration_ns) / 1e9);
    metrics.family("sampled_one_in", "One object in so many is followed.");
    metrics.sample("", report.trace.sample.one_in);
}

std::string write(const Report& report, const Sheet&) {
    std::vector<const Group*> groups;
    for (const Group& group : report.groups)
        if (group.judged && groups.size() < kMostGroups)
            groups.push_back(&group);
    Metrics metrics;
    write_groups(metrics, groups);
    write_sums(metrics, report);
    write_trust(metrics, report);
    return metrics.take();
}

} // namespace

extern const Writer openmetrics_writer;
const Writer openmetrics_writer{"openmetrics", "numbers for Prometheus, of 50 groups and of all",
                                write, true};

} // namespace unfreed
