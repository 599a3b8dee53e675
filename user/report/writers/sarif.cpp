// SPDX-License-Identifier: BSD-2-Clause
// SARIF 2.1.0, for code scanning. A result for each row of the first screen; a place in a file only
// where the line in the program is known.
#include "base/utf8.h"
#include "report/call_path.h"
#include "report/ci_finding.h"
#include "report/known_lines.h"
#include "report/phrases.h"
#include "report/text_finding.h"
#include "report/writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMost = 5000; // of these code scanning keeps no more
// Where the documentation is installed (docs/fleet/unfreed.service).
constexpr const char* kDocumentation = "file:///usr/local/share/doc/unfreed/README.md";

const char* level_of(Attention attention) {
    if (attention == Attention::leaking)
        return "error";
    return attention == Attention::suspect ? "warning" : "note";
}

std::string kind_or_verdict(const Group& group) {
    return group.kind.empty() ? std::string(to_string(group.verdict)) : group.kind;
}

std::string rule_of(const Group& group) {
    return escape_for_terminal(
        fmt::format("{}/{}", to_string(group.object_class), kind_or_verdict(group)));
}

// "SocketNeverClosed": one word, as readers want the name of a rule.
std::string pascal_case(std::string_view rule) {
    std::string name;
    bool begins = true;
    for (const char c : rule) {
        const bool small = c >= 'a' && c <= 'z';
        if (small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            name += begins && small ? static_cast<char>(c - 'a' + 'A') : c;
        begins = c == '/' || c == '-';
    }
    return name;
}

Json message(const std::string& text) {
    return {{"text", text}};
}

Json location_of(const Frame& frame) {
    Json location;
    location["message"] = message(escape_for_terminal(frame_name(frame)));
    location["logicalLocations"] = Json::array(
        {{{"fullyQualifiedName", escape_for_terminal(frame_name(frame))}, {"kind", "function"}}});
    return location;
}

Json stack_of(const char* title, const std::vector<Frame>& frames) {
    Json stack{{"message", message(title)}, {"frames", Json::array()}};
    for (const Frame& frame : frames) {
        Json one{{"location", location_of(frame)}};
        if (!frame.module.empty())
            one["module"] = escape_for_terminal(frame.module);
        stack["frames"].push_back(std::move(one));
    }
    return stack;
}

// A URI may not have blanks and the like (RFC 3986).
std::string uri_of(std::string_view path) {
    std::string uri;
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') ||
                           std::string_view("/-._~+").find(c) != std::string_view::npos;
        uri += plain ? std::string(1, c)
                     : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return uri;
}

// What is the same for all rows of a rule.
Json rule_described(const Group& group) {
    const std::string_view phrase = kind_phrase(group.kind);
    const std::string rule = rule_of(group);
    Json described{
        {"id", rule},
        {"name", pascal_case(rule)},
        {"shortDescription", message(escape_for_terminal(fmt::format(
                                 "{}: {}.", to_string(group.object_class),
                                 phrase.empty() ? kind_or_verdict(group) : std::string(phrase))))}};
    if (!group.advice.empty())
        described["help"] = message(escape_for_terminal(group.advice));
    return described;
}

Json result_of(const Group& group, std::uint64_t traced_ns) {
    std::string text = finding_headline(group);
    for (const std::string& line : finding_details(group, traced_ns))
        text += "\n" + line;
    Json result{{"ruleId", rule_of(group)},
                {"level", level_of(group.attention)},
                {"message", message(text)},
                {"partialFingerprints", {{"unfreedGroup/v1", escape_for_terminal(group.id)}}}};
    if (const SourcePlace place = source_place(group); place.line != 0)
        result["locations"] = Json::array({{{"physicalLocation",
                                             {{"artifactLocation", {{"uri", uri_of(place.file)}}},
                                              {"region", {{"startLine", place.line}}}}}}});
    result["stacks"] = Json::array();
    if (!group.kernel_stack.empty())
        result["stacks"].push_back(stack_of("kernel", group.kernel_stack));
    if (!group.user_stack.empty())
        result["stacks"].push_back(stack_of("user", group.user_stack));
    result["properties"] = {{"verdict", std::string(to_string(group.verdict))},
                            {"count", group.count}};
    return result;
}

Json invocation_of(const Report& report) {
    Json notifications = Json::array();
    for (const std::string& line : loss_lines(report))
        notifications.push_back({{"level", "warning"}, {"message", message(line)}});
    for (const KnownLine& line : known_lines(report))
        notifications.push_back({{"level", line.ink == Ink::plain ? "note" : "warning"},
                                 {"message", message(line.text)}});
    return {{"executionSuccessful", true},
            {"toolExecutionNotifications", std::move(notifications)}};
}

std::string write(const Report& report, const Sheet&) {
    Json results = Json::array();
    std::map<std::string, Json> rules;
    for (const Group& row : rows_to_show(report)) {
        if (results.size() == kMost)
            break;
        rules.try_emplace(rule_of(row), rule_described(row));
        results.push_back(result_of(row, report.trace.duration_ns));
    }
    Json listed = Json::array();
    for (auto& [id, rule] : rules)
        listed.push_back(std::move(rule));
    const Json driver{{"name", "unfreed"},
                      {"version", escape_for_terminal(report.tool.version)},
                      {"informationUri", kDocumentation},
                      {"rules", std::move(listed)}};
    Json run{{"tool", {{"driver", driver}}},
             {"invocations", Json::array({invocation_of(report)})},
             {"results", std::move(results)}};
    const Json sarif{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                     {"version", "2.1.0"},
                     {"runs", Json::array({std::move(run)})}};
    return sarif.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

extern const Writer sarif_writer;
const Writer sarif_writer{"sarif", "SARIF 2.1.0 for code scanning", write, true};

} // namespace unfreed
