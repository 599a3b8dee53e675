// SPDX-License-Identifier: BSD-2-Clause
#include "report/html_data.h"

#include "base/utf8.h"
#include "report/json_object.h"
#include "report/json_value.h"
#include "report/page.h"
#include "report/phrases.h"
#include "report/same_frame.h"
#include "report/site.h"
#include "report/text_balance.h"
#include "report/text_ends.h"
#include "report/text_finding.h"
#include "report/text_sockets.h"

#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& value) {
    return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

// Thousands of stacks are made of few frames. Borrows them.
class FrameList {
  public:
    Json numbers_of(const std::vector<Frame>& stack) {
        Json numbers = Json::array();
        for (const Frame& frame : stack) {
            const auto [known, is_new] = numbers_.try_emplace(&frame, numbers_.size());
            if (is_new)
                list_.push_back(frame_to_json(frame));
            numbers.push_back(known->second);
        }
        return numbers;
    }
    Json take() { return std::move(list_); }

  private:
    std::unordered_map<const Frame*, std::size_t, SameFrame, SameFrame> numbers_;
    Json list_ = Json::array();
};

std::string folded_group(const Group& group, FrameList& frames) {
    Json json = group_without_stacks(group);
    json["kernel_stack"] = frames.numbers_of(group.kernel_stack);
    json["user_stack"] = frames.numbers_of(group.user_stack);
    if (group.given_up_by)
        json["given_up_by"]["kernel_stack"] = frames.numbers_of(group.given_up_by->kernel_stack);
    return compact(json);
}

// The parts as a list.
template <class List, class Write>
std::string joined(const List& list, Write write) {
    std::string text = "[";
    for (const auto& one : list) {
        if (text.size() > 1)
            text += ',';
        text += write(one);
    }
    text += ']';
    return text;
}

// The report, with numbers of `frames` in its stacks.
std::string folded(const Report& report, FrameList& frames) {
    Json whole = report_without_groups(report);
    for (std::size_t i = 0; i < report.last_moments.size(); ++i)
        whole["last_moments"][i]["user_stack"] =
            frames.numbers_of(report.last_moments[i].user_stack);
    std::string text = "{";
    for (const auto& [name, value] : whole.items()) {
        text += (text.size() == 1 ? "" : ",") + compact(name) + ":";
        text += name == kGroups
                    ? joined(report.groups,
                             [&](const Group& group) { return folded_group(group, frames); })
                    : compact(value);
    }
    text += '}';
    return text;
}

Json words_of(const Group& group, std::uint64_t traced_ns) {
    Json words = object_of({{"what", what_phrase(group)},
                            {"by", process_phrase(group)},
                            {"site", escape_for_terminal(allocation_site(group.kernel_stack))},
                            {"fate", fate_phrase(group)},
                            {"why", evidence_phrase(group, traced_ns)}});
    const auto add = [&words](const char* name, std::string phrase) {
        if (!phrase.empty())
            words[name] = std::move(phrase);
    };
    add("exit", exit_phrase(group));
    add("where", where_phrase(group));
    if (!group.missing_stage.empty())
        add("missing", missing_stage_phrase(group.missing_stage));
    return words;
}

// A sentence each. What the text would show only with --all is on this page anyway.
template <class Write>
Json sentences(Write write) {
    constexpr std::size_t kNeverBroken = 1 << 20;
    Page page(kNeverBroken, false);
    write(page);
    Json lines = Json::array();
    std::istringstream text(page.take());
    for (std::string line; std::getline(text, line);) {
        if (const std::size_t at = line.rfind(" (--all)."); at != line.npos)
            line.replace(at, line.npos, ", below.");
        if (!line.empty())
            lines.push_back(line);
    }
    return lines;
}

Json page_of(const Report& report) {
    const GroupRefs rows = rows_to_show(report);
    Json alive = Json::array();
    for (const AliveSum& sum : report.alive_sums)
        alive.push_back(alive_reason_phrase(report, sum));
    return {{"finding", sentences([&](Page& page) { write_finding(page, report, rows); })},
            {"beside", sentences([&](Page& page) { write_beside(page, report); })},
            {"known", sentences([&](Page& page) { write_known(page, report); })},
            {"ends", sentences([&](Page& page) { write_ends(page, report, false); })},
            {"memory", sentences([&](Page& page) {
                 if (report.memory)
                     write_balance(page, *report.memory);
             })},
            {"alive", std::move(alive)},
            {"tcp", report.tcp ? tcp_phrase(*report.tcp) : ""},
            {"sample", report.trace.sample.one_in > 1 ? sample_phrase(report.trace.sample) : ""},
            {"command", command_phrase(report.trace.command)}};
}

// Within strings, where alone they can be, the letters that markup is made of.
std::string without_markup(const std::string& json) {
    std::string safe;
    safe.reserve(json.size() + json.size() / 64);
    for (const char letter : json)
        switch (letter) {
        case '<':
            safe += "\\u003c";
            break;
        case '>':
            safe += "\\u003e";
            break;
        case '&':
            safe += "\\u0026";
            break;
        default:
            safe += letter;
        }
    return safe;
}

} // namespace

std::string to_html_data(const Report& report) {
    FrameList frames;
    std::string data = "{\"report\":";
    data += folded(report, frames);
    data += ",\"frames\":" + compact(frames.take());
    data += ",\"words\":" + joined(report.groups, [&](const Group& group) {
                return compact(words_of(group, report.trace.duration_ns));
            });
    data += ",\"page\":" + compact(page_of(report)) + "}";
    return without_markup(data);
}

} // namespace unfreed
