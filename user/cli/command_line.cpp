// SPDX-License-Identifier: BSD-2-Clause
#include "cli/command_line.h"

#include "cli/option_sets.h"
#include "cli/option_words.h"
#include "cli/version.h"
#include "model/repeats.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

namespace unfreed::cli {
namespace {

struct CommandRow {
    Command command;
    const char* name;
    const char* help;
    void (*add_options)(CLI::App&, Options&, Words&);
};

constexpr CommandRow kCommands[] = {
    {Command::trace, "trace", "Follow the whole host, or one process (-p)", add_trace},
    {Command::run, "run",
     "Run a command and follow it and its children; the report comes when it ends", add_run},
    {Command::report, "report", "Make the report of a recording (--record), here and now",
     add_report},
    {Command::diff, "diff",
     "Say what is new, has grown beyond chance or is gone between two reports", add_diff},
    {Command::triage, "triage",
     "Say which part of the kernel's memory grows, by its own counts and without a probe, and "
     "what to trace next",
     add_triage},
    {Command::doctor, "doctor", "Say what this host lets unfreed see, and how", add_doctor},
};

// An option with the empty string for its value: an unset variable of a script. To take it for no
// option at all would trace for ever where a time was meant.
const CLI::Option* find_empty(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        const auto words = option->results();
        const bool is_empty = !option->get_positional() && option->get_items_expected_max() > 0 &&
                              std::find(words.begin(), words.end(), "") != words.end();
        if (is_empty)
            return option;
    }
    return nullptr;
}

Result<> check_repeats(const Options& options) {
    if (options.warmup != 0 && options.repeat == 0)
        return fail(Errc::usage, "--warmup needs --repeat N");
    if (options.repeat > kMostRuns || options.warmup > kMostRuns - options.repeat)
        return fail(
            Errc::usage,
            fmt::format("--repeat: {} runs are the most, those of --warmup too", kMostRuns));
    return {};
}

// `unfreed -p 42` and plain `unfreed` mean trace. In the order in which CLI11 wants them.
std::vector<std::string> words_of(int argc, const char* const* argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto is_first = [&](std::string_view word) { return arguments.front() == word; };
    const bool means_app =
        !arguments.empty() && (is_first("--help") || is_first("-h") || is_first("--version"));
    if (arguments.empty() || (arguments.front().starts_with("-") && !means_app))
        arguments.insert(arguments.begin(), "trace");
    std::reverse(arguments.begin(), arguments.end());
    return arguments;
}

void describe(CLI::App& app) {
    app.set_version_flag("--version", kVersion);
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 the report is complete, 1 error, 2 wrong usage, 3 --fail-on, 4 it is "
        "incomplete.\n"
        "run --exit-with command: that of the command (128 + N: killed by signal N), or 1.\n"
        "stdout carries the report, stderr the rest.");
}

// What the parser of words cannot know.
Result<> check(const CLI::App& used, const Words& words, Options& options) {
    if (const CLI::Option* empty = find_empty(used))
        return fail(Errc::usage, empty->get_name() + ": the value is empty");
    if (auto checked = check_repeats(options); !checked)
        return checked;
    if (auto read = read_words(words, options); !read)
        return read;
    if (options.follow && !options.pid)
        return fail(Errc::usage, "--follow needs -p PID");
    const CLI::Option* top = used.get_option_no_throw("--top");
    options.top_given = top != nullptr && top->count() > 0;
    return {};
}

} // namespace

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
    Options options;
    Words words;
    CLI::App app{"unfreed finds what the Linux kernel never frees: which process and which call "
                 "stack made it,\nhow many, how old, growing how fast.",
                 "unfreed"};
    describe(app);
    for (const CommandRow& row : kCommands)
        row.add_options(*app.add_subcommand(row.name, row.help), options, words);
    try {
        app.parse(words_of(argc, argv));
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = app.exit(error, out, err);
        return {std::nullopt, code == 0 ? out.str() : "unfreed: " + err.str(), code == 0 ? 0 : 2};
    }
    for (const CommandRow& row : kCommands) {
        const CLI::App* used = app.get_subcommand(row.name);
        if (!used->parsed())
            continue;
        options.command = row.command;
        if (auto checked = check(*used, words, options); !checked)
            return {std::nullopt, "unfreed: " + checked.error().message + "\n", 2};
    }
    return {std::move(options), {}, 0};
}

} // namespace unfreed::cli
