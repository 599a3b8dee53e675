// SPDX-License-Identifier: BSD-2-Clause
#include "cli/option_words.h"

#include "cli/option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace unfreed::cli {
namespace {

Result<> read_time(const std::string& word, const char* option,
                   std::optional<std::chrono::nanoseconds>& into) {
    if (word.empty())
        return {};
    auto time = parse_duration(word);
    if (!time)
        return fail(std::move(time.error()).with_context(option));
    into = *time;
    return {};
}

Result<> read_classes(const std::vector<std::string>& names, std::vector<ObjectClass>& into) {
    if (names.empty())
        return {};
    into.clear();
    for (const std::string& name : names) {
        const auto object_class = class_from_string(name);
        if (!object_class)
            return fail(Errc::usage,
                        fmt::format("--class: there is no class \"{}\"; choose from {}", name,
                                    class_names()));
        into.push_back(*object_class);
    }
    return {};
}

Result<> read_verdicts(const std::vector<std::string>& names, std::vector<Verdict>& into) {
    for (const std::string& name : names) {
        bool known = false;
        for (int number = 0; number <= static_cast<int>(Verdict::live); ++number)
            if (const auto verdict = static_cast<Verdict>(number); name == to_string(verdict)) {
                into.push_back(verdict);
                known = true;
            }
        if (!known)
            return fail(Errc::usage, fmt::format("--verdict: there is no verdict \"{}\"; choose "
                                                 "from leaking, suspect, stopped, kept, replacing, "
                                                 "cached, pinned, in-flight, rcu-pending, live",
                                                 name));
    }
    return {};
}

// "leak.html" without --format is a page: nobody wants a text of that name. usual: nullptr if
// --format was not given.
const Writer* form_of_file(std::string_view path, const Writer* usual) {
    const Writer* named = usual == nullptr && path.find('.') != path.npos
                              ? find_writer(path.substr(path.rfind('.') + 1))
                              : usual;
    return named != nullptr ? named : find_writer("text");
}

// "folded=FILE" has a form of its own, if there is one of this name; else all of it is a path.
OutputChoice read_output(const std::string& word, const Writer* usual) {
    const std::size_t equals = word.find('=');
    const Writer* writer =
        equals == word.npos ? nullptr : find_writer(std::string_view(word).substr(0, equals));
    return writer != nullptr ? OutputChoice{writer, word.substr(equals + 1)}
                             : OutputChoice{form_of_file(word, usual), word};
}

Result<> read_outputs(const Words& words, const KnownOptions& known,
                      std::vector<OutputChoice>& into) {
    const Writer* usual = find_writer(words.format);
    if (usual == nullptr && !words.format.empty())
        return fail(Errc::usage, fmt::format("--format: there is no format \"{}\"; choose from {}",
                                             words.format, writer_names()));
    for (const std::string& word : words.outputs)
        into.push_back(read_output(word, usual));
    if (!known.generate.empty())
        into.push_back({find_writer("suppressions"), known.generate});
    const bool only_rules = into.size() == 1 && known.generate == "-";
    if (words.outputs.empty() && !only_rules)
        into.push_back({form_of_file("", usual), ""});
    std::set<std::string_view> paths;
    for (const OutputChoice& choice : into)
        if (!paths.insert(choice.path.empty() ? "-" : std::string_view(choice.path)).second)
            return fail(Errc::usage, fmt::format("-o: two reports cannot go to {}",
                                                 choice.path.empty() ? "stdout" : choice.path));
    return {};
}

// How long, how old, how many.
Result<> read_amounts(const Words& words, Options& options) {
    if (auto time = read_time(words.duration, "--duration", options.duration); !time)
        return time;
    if (auto time = read_time(words.interval, "--interval", options.interval); !time)
        return time;
    if (options.interval && *options.interval < std::chrono::milliseconds(100))
        return fail(Errc::usage, "--interval: shorter than 100ms makes no sense");
    std::optional<std::chrono::nanoseconds> min_age;
    if (auto time = read_time(words.min_age, "--min-age", min_age); !time)
        return time;
    if (min_age)
        options.min_age = *min_age;
    else if (options.duration) // a short trace would have nothing old enough to report
        options.min_age = std::min(options.min_age, *options.duration / 2);
    if (!words.sample.empty()) {
        auto one_in = parse_sample(words.sample);
        if (!one_in)
            return fail(one_in.error());
        options.one_in = *one_in;
    }
    if (!words.max_objects.empty()) {
        auto count = parse_max_objects(words.max_objects);
        if (!count)
            return fail(count.error());
        options.max_objects = *count;
    }
    return {};
}

Result<> read_fail_on(const std::vector<std::string>& words, std::vector<FailCondition>& into) {
    for (const std::string& word : words) {
        auto condition = FailCondition::parse(word);
        if (!condition)
            return fail(std::move(condition.error()).with_context("--fail-on"));
        into.push_back(std::move(*condition));
    }
    return {};
}

Result<> check_without(const std::vector<std::string>& kinds) {
    for (const std::string& kind : kinds)
        if (kind != "fentry" && kind != "lsm" && kind != "kprobe")
            return fail(Errc::usage, fmt::format("--without: there is no kind \"{}\"; choose from "
                                                 "fentry, lsm, kprobe",
                                                 kind));
    return {};
}

} // namespace

Result<> read_words(const Words& words, Options& options) {
    if (auto classes = read_classes(words.classes, options.classes); !classes)
        return classes;
    options.classes_asked = !words.classes.empty();
    if (auto verdicts = read_verdicts(words.verdicts, options.verdicts); !verdicts)
        return verdicts;
    if (auto amounts = read_amounts(words, options); !amounts)
        return amounts;
    if (words.stacks == "always" || words.stacks == "adaptive")
        options.always_walk = words.stacks == "always";
    else if (!words.stacks.empty())
        return fail(Errc::usage, "--stacks: choose always or adaptive");
    if (auto outputs = read_outputs(words, options.known, options.outputs); !outputs)
        return outputs;
    if (auto conditions = read_fail_on(words.fail_on, options.fail_on); !conditions)
        return conditions;
    options.exit_with_command = words.exit_with == "command";
    return check_without(options.without);
}

} // namespace unfreed::cli
