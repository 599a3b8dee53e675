// SPDX-License-Identifier: BSD-2-Clause
#include "known/read_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace unfreed {
namespace {

using Json = nlohmann::json;

// Most of a report is these.
constexpr std::array<std::string_view, 14> kNotKept{
    "user_stack",         "objects",  "facts",        "holders",    "hooks",  "losses",
    "coverage",           "alive",    "last_moments", "companions", "advice", "hidden_sockets",
    "pre_attach_sockets", "lifetimes"};
constexpr std::size_t kMostDepth = 8; // of what is kept

const Json* member(const Json& json, const char* name) {
    if (!json.is_object())
        return nullptr;
    const auto at = json.find(name);
    return at == json.end() ? nullptr : &*at;
}

std::string text_of(const Json& json, const char* name) {
    const Json* value = member(json, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& json, const char* name) {
    const Json* value = member(json, name);
    return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

bool flag_of(const Json& json, const char* name, bool otherwise) {
    const Json* value = member(json, name);
    return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}

Attention attention_from(std::string_view word) {
    for (const Attention one : {Attention::leaking, Attention::suspect, Attention::look})
        if (word == to_string(one))
            return one;
    return Attention::none;
}

Verdict verdict_from(std::string_view word) {
    for (int i = 0; i <= static_cast<int>(Verdict::live); ++i)
        if (word == to_string(static_cast<Verdict>(i)))
            return static_cast<Verdict>(i);
    return Verdict::live;
}

// "sample" is 1 or 1/N.
std::uint32_t one_in_of(const Json& trace) {
    const Json* value = member(trace, "sample");
    const double share = value != nullptr && value->is_number() ? value->get<double>() : 1;
    return share > 1e-9 && share < 1 ? static_cast<std::uint32_t>(std::lround(1 / share)) : 1;
}

std::vector<ReportProcess> processes_of(const Json& json) {
    std::vector<ReportProcess> processes;
    const Json* list = member(json, "processes");
    if (list == nullptr || !list->is_array())
        return processes;
    for (const Json& one : *list) {
        ReportProcess& process = processes.emplace_back();
        process.pid = static_cast<std::uint32_t>(number_of(one, "pid"));
        process.comm = text_of(one, "comm");
        process.exe = text_of(one, "exe");
        process.count = number_of(one, "count");
    }
    return processes;
}

std::vector<Frame> frames_of(const Json& json, const char* name) {
    std::vector<Frame> frames;
    const Json* list = member(json, name);
    if (list == nullptr || !list->is_array())
        return frames;
    for (const Json& one : *list) {
        Frame& frame = frames.emplace_back();
        frame.function = text_of(one, "function");
        frame.module = text_of(one, "module");
        frame.offset = number_of(one, "offset");
    }
    return frames;
}

Result<Group> group_of(const Json& json) {
    Group group;
    group.id = text_of(json, "id");
    const auto object_class = class_from_string(text_of(json, "class"));
    if (group.id.empty() || !object_class)
        return fail(Errc::malformed, "the report has a group without id or class");
    group.object_class = *object_class;
    group.cache = text_of(json, "cache");
    group.socket = text_of(json, "socket");
    if (const Json* thing = member(json, "thing"))
        group.thing = {text_of(*thing, "singular"), text_of(*thing, "plural")};
    group.kind = text_of(json, "kind");
    group.verdict = verdict_from(text_of(json, "verdict"));
    group.attention = attention_from(text_of(json, "attention"));
    group.judged = flag_of(json, "judged", true);
    group.companion = flag_of(json, "companion", false);
    group.evidence = text_of(json, "evidence");
    group.count = number_of(json, "count");
    if (const Json* bytes = member(json, "bytes"); bytes != nullptr && bytes->is_number_unsigned())
        group.bytes = bytes->get<std::uint64_t>();
    group.processes = processes_of(json);
    group.kernel_stack = frames_of(json, "kernel_stack");
    if (const std::string quality = text_of(json, "stack_quality"); !quality.empty())
        group.stack_quality = quality;
    return group;
}

void read_environment(const Json& json, Report& report) {
    if (const Json* host = member(json, "host")) {
        report.host.hostname = text_of(*host, "hostname");
        report.host.kernel_release = text_of(*host, "kernel_release");
        report.host.arch = text_of(*host, "arch");
        report.host.boot_id = text_of(*host, "boot_id");
    }
    if (const Json* trace = member(json, "trace")) {
        report.trace.started_at = text_of(*trace, "started_at");
        report.trace.duration_ns = number_of(*trace, "duration_ns");
        report.trace.min_age_ns = number_of(*trace, "min_age_ns");
        report.trace.mode = text_of(*trace, "mode");
        report.trace.sample.one_in = one_in_of(*trace);
        if (const Json* repeats = member(*trace, "repeats"))
            report.trace.repeats.ended = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(number_of(*repeats, "ended"), kMostRuns));
    }
    report.complete = flag_of(json, "complete", true);
    report.groups_omitted = number_of(json, "groups_omitted");
}

// false: this part is not kept.
bool keep(int depth, Json::parse_event_t event, const Json& value) {
    if (depth > static_cast<int>(kMostDepth))
        return false;
    if (event != Json::parse_event_t::key)
        return true;
    const std::string* name = value.get_ptr<const std::string*>();
    return name == nullptr || std::find(kNotKept.begin(), kNotKept.end(), *name) == kNotKept.end();
}

} // namespace

Result<Report> read_json_report(std::string_view text) {
    if (text.size() > kMostReportBytes)
        return fail(Errc::limit, "the report is too large; make it with a smaller --top");
    const Json json = Json::parse(
        text.begin(), text.end(),
        [](int depth, Json::parse_event_t event, Json& value) { return keep(depth, event, value); },
        false);
    if (json.is_discarded() || !json.is_object())
        return fail(Errc::malformed, "this is no report: write one with --format json, or record "
                                     "one with --record");
    if (text_of(json, "schema") != "unfreed-report/1")
        return fail(Errc::unsupported, "this is no report of the form unfreed-report/1");
    Report report;
    read_environment(json, report);
    const Json* groups = member(json, "groups");
    if (groups == nullptr || !groups->is_array())
        return fail(Errc::malformed, "the report has no groups");
    for (const Json& one : *groups) {
        auto group = group_of(one);
        if (!group)
            return fail(group.error());
        report.groups.push_back(std::move(*group));
    }
    return report;
}

} // namespace unfreed
