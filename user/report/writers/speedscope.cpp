// SPDX-License-Identifier: BSD-2-Clause
// https://www.speedscope.app: two profiles in one file, objects and bytes, of the same stacks.
#include "base/utf8.h"
#include "report/call_path.h"
#include "report/writer.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

class Frames {
  public:
    std::size_t index_of(const Step& step) {
        const std::string file = step.frame ? place_of(*step.frame) : "";
        const std::uint32_t line = step.frame ? step.frame->line.value_or(0) : 0;
        const auto [known, is_new] =
            indices_.try_emplace({step.name, file, line, step.side}, indices_.size());
        if (is_new) {
            Json frame{{"name", step.name}};
            if (!file.empty())
                frame["file"] = file;
            if (line != 0)
                frame["line"] = line;
            list_.push_back(std::move(frame));
        }
        return known->second;
    }
    Json take() { return std::move(list_); }

  private:
    // Where the source is not known, the binary.
    static std::string place_of(const Frame& frame) {
        return escape_for_terminal(frame.file.empty() ? frame.module : frame.file);
    }

    std::map<std::tuple<std::string, std::string, std::uint32_t, Step::Side>, std::size_t> indices_;
    Json list_ = Json::array();
};

struct Profile {
    Json samples = Json::array();
    Json weights = Json::array();
    std::uint64_t sum = 0;

    void add(const Json& stack, std::uint64_t weight) {
        if (weight == 0)
            return;
        samples.push_back(stack);
        weights.push_back(weight);
        sum += weight;
    }
    Json take(const char* name, const char* unit) {
        return {{"type", "sampled"},
                {"name", name},
                {"unit", unit},
                {"startValue", 0},
                {"endValue", sum},
                {"samples", std::move(samples)},
                {"weights", std::move(weights)}};
    }
};

std::string write(const Report& report, const Sheet&) {
    Frames frames;
    Profile objects;
    Profile bytes;
    for (const Group& group : report.groups) {
        Json stack = Json::array();
        for (const Step& step : call_path(group))
            stack.push_back(frames.index_of(step));
        if (stack.empty())
            continue;
        objects.add(stack, group.count);
        bytes.add(stack, group.bytes.value_or(0));
    }
    const Json file{
        {"$schema", "https://www.speedscope.app/file-format-schema.json"},
        {"exporter", "unfreed " + report.tool.version},
        {"name",
         escape_for_terminal(fmt::format("{} {}", report.host.hostname, report.trace.started_at))},
        {"activeProfileIndex", 0},
        {"shared", {{"frames", frames.take()}}},
        {"profiles",
         {objects.take("outstanding objects", "none"), bytes.take("outstanding bytes", "bytes")}}};
    return file.dump() + "\n";
}

} // namespace

extern const Writer speedscope_writer;
const Writer speedscope_writer{"speedscope", "flame graphs of objects and bytes for speedscope.app",
                               write, true};

} // namespace unfreed
