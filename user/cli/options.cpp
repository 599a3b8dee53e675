// SPDX-License-Identifier: BSD-2-Clause
#include "cli/options.h"

#include "abi/limits.h"
#include "cli/version.h"
#include "model/repeats.h"
#include "model/sampling.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <set>
#include <sstream>

namespace unfreed::cli {
namespace {

// The raw words of options whose values need more than CLI11's conversions.
struct Words {
    std::vector<std::string> classes;
    std::string duration;
    std::string interval;
    std::string min_age;
    std::string stacks;
    std::string format;
    std::vector<std::string> outputs;
    std::vector<std::string> fail_on;
    std::string exit_with;
    std::string sample;
    std::string max_objects;
    std::vector<std::string> verdicts;
};

// CLI::PositiveNumber answers with the largest number that a double holds, in 309 digits, and lets
// -3 pass for an unsigned one.
CLI::Validator at_least_one() {
    return {[](const std::string& word) {
                const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
                const bool is_zero = word.find_first_not_of('0') == std::string::npos;
                return is_number && !is_zero ? std::string() : "must be a number, 1 or more";
            },
            ""};
}

CLI::Validator whole_number() {
    return {[](const std::string& word) {
                return word.find_first_not_of("0123456789") == std::string::npos
                           ? std::string()
                           : "must be a number, 0 or more";
            },
            ""};
}

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

std::string format_help() {
    std::string help = "Form of the report (default text):";
    for (const Writer* writer : all_writers())
        help += fmt::format("\n{}: {}", writer->name, writer->help);
    return help;
}

void add_verbosity(CLI::App& app, Options& options) {
    app.add_flag("-q,--quiet", options.quiet, "No progress messages");
    app.add_flag("-v,--verbose", options.verbose, "Messages for debugging the tool");
}

// Of everything that attaches.
void add_common(CLI::App& app, Options& options, Words& words) {
    app.add_option("--class", words.classes,
                   fmt::format("Kinds of objects to follow: {} (comma separated; default all)",
                               class_names()))
        ->delimiter(',')
        ->type_name("CLASS,...");
    app.add_option("--max-objects", words.max_objects,
                   "Objects that can be followed at once before the sample is halved; 52 to 104 "
                   "bytes each, the table being a power of two (default 640000: 32 MiB)")
        ->type_name("COUNT");
    app.add_option("--ring-size", options.ring_kib,
                   "KiB of the buffer for events (default 8192, rounded up to a power of two)")
        ->check(CLI::Range(4u, 1u << 20))
        ->type_name("KIB");
    app.add_option("--without", options.without,
                   "Kinds of programs not to use: fentry, lsm, kprobe (comma separated)")
        ->delimiter(',')
        ->type_name("KIND,...");
    add_verbosity(app, options);
}

// Of everything that tells a report.
void add_telling(CLI::App& app, Options& options, Words& words) {
    app.add_option("--top", options.top, "Rows to report (default 20)")->check(at_least_one());
    app.add_option("--format", words.format, format_help())->type_name("FORMAT");
    app.add_option("-o,--output", words.outputs,
                   "Write the report to a file; may be given more than once, each with a form of "
                   "its own (-o report.txt -o folded=stacks.folded)")
        ->allow_extra_args(false)
        ->type_name("[FORMAT=]FILE");
    app.add_option("--fail-on", words.fail_on,
                   "Exit status 3 if the last report has it (comma separated): leaking, suspect, "
                   "look or kind=NAME, with :N for N objects or more; growth>1MiB/h")
        ->delimiter(',')
        ->type_name("CONDITION,...");
    add_known(app, options.known);
    app.add_flag("--all", options.all,
                 "In the text report, list every origin with its details, not only those that leak "
                 "or need a look");
}

// Each may be given more than once, or with commas.
void add_aim(CLI::App& app, AimNames& aim) {
    app.add_option("--cache", aim.caches,
                   "Follow objects of these slab caches only, as slabtop names them; * and ? stand "
                   "for anything")
        ->delimiter(',')
        ->type_name("NAME,...");
    app.add_option("--site", aim.sites,
                   "Follow what these kernel functions allocate only: the caller of the allocator")
        ->delimiter(',')
        ->type_name("FUNCTION,...");
    app.add_option("--comm", aim.comms,
                   "Follow what programs of these names make only (the name of the process or of "
                   "the thread, 15 bytes at most)")
        ->delimiter(',')
        ->type_name("NAME,...");
    app.add_option("--cgroup", aim.cgroups,
                   "Follow what processes in these cgroups, or below, make only (of the v2 "
                   "hierarchy, where "
                   "a path begins)")
        ->type_name("PATH");
}

// Of what follows objects and reports.
void add_trace(CLI::App& app, Options& options, Words& words) {
    add_common(app, options, words);
    app.add_option("--duration", words.duration, "Stop and report after this time (30s, 5m)")
        ->type_name("TIME");
    app.add_option("--interval", words.interval, "Report every so often, too")->type_name("TIME");
    app.add_option("--min-age", words.min_age,
                   "Report objects that are at least this old (default 10s)")
        ->type_name("TIME");
    add_telling(app, options, words);
    app.add_option("--objects", options.objects_per_group, "Objects to list per row (default 3)")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--record", options.record,
                   "Write all that the report is made of to a file, too: `unfreed report FILE` "
                   "makes the report of it anywhere")
        ->type_name("FILE");
    app.add_option("--sample", words.sample,
                   "1/N: follow one object in N, and estimate; 1: follow all, even if the table "
                   "overflows (default: all, fewer when the table is 70 % full)")
        ->type_name("1/N");
    app.add_option("--stacks", words.stacks,
                   "always: walk the stack of every birth (default with run and -p); "
                   "adaptive: where objects survive")
        ->type_name("HOW");
    app.add_option("--copies", options.copies,
                   "Copies of each birth and death program (default 2; 8 on kernels from 7.0 on)")
        ->check(CLI::Range(1, UF_COPIES_PREEMPTIBLE));
    add_aim(app, options.aim);
    app.add_flag("--probe-reclaim", options.probe_reclaim,
                 "After the last count: make the kernel free all unused dentries and inodes of the "
                 "host (drop_caches), and say what of the reported dentries went");
    app.add_flag("--kernel-addresses", options.kernel_addresses,
                 "Show addresses of the kernel, not hashes of them, where this host hides them "
                 "(kptr_restrict)");
}

// Of a command that runs many times.
void add_repeats(CLI::App& app, Options& options) {
    app.add_option("--repeat", options.repeat,
                   "Run the command so often, in one trace: what does not grow in four of five "
                   "repeats needs no attention, and fails nothing (--fail-on)")
        ->check(at_least_one())
        ->type_name("N");
    app.add_option("--warmup", options.warmup,
                   "Run it so often before the repeats that count (default 0)")
        ->check(whole_number())
        ->type_name("K");
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

// Of what tells a recording.
CLI::Option* add_report(CLI::App& app, Options& options, Words& words) {
    app.add_option("recording", options.recording, "A file that --record made")
        ->required()
        ->type_name("FILE");
    add_telling(app, options, words);
    app.add_option("--class", words.classes, "Only objects of these kinds")
        ->delimiter(',')
        ->type_name("CLASS,...");
    app.add_option("--verdict", words.verdicts, "Only what is said to be so: leaking, suspect ...")
        ->delimiter(',')
        ->type_name("VERDICT,...");
    add_verbosity(app, options);
    return app.get_option("--top");
}

void add_diff(CLI::App& app, Options& options, Words& words) {
    app.add_option("reports", options.compared,
                   "The earlier and the later one: files that --record or --format json made")
        ->required()
        ->expected(2)
        ->type_name("BEFORE AFTER");
    app.add_option("--format", words.format, "text (default), or json with every origin")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORMAT");
    app.add_option("-o,--output", words.outputs, "Write it to a file")
        ->expected(1)
        ->type_name("FILE");
    add_verbosity(app, options);
}

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

Result<> read_max_objects(const std::string& word, std::uint32_t& into) {
    constexpr std::uint32_t kLeast = 1024;
    constexpr std::uint32_t kMost = 100'000'000;
    if (word.empty())
        return {};
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
    if (error == std::errc::invalid_argument || end != word.data() + word.size())
        return fail(Errc::usage, fmt::format("--max-objects: \"{}\" is no number", word));
    if (error != std::errc() || count > kMost)
        return fail(Errc::usage,
                    fmt::format("--max-objects: {} is too many: the table takes 52 to 104 bytes "
                                "an object, {} objects are the most; --sample 1/N follows more in "
                                "less",
                                word, kMost));
    if (count < kLeast)
        return fail(Errc::usage,
                    fmt::format("--max-objects: {} is too few; {} are the least", word, kLeast));
    into = static_cast<std::uint32_t>(count);
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

Result<> read_words(const Words& words, Options& options) {
    if (auto classes = read_classes(words.classes, options.classes); !classes)
        return classes;
    options.classes_asked = !words.classes.empty();
    if (auto verdicts = read_verdicts(words.verdicts, options.verdicts); !verdicts)
        return verdicts;
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
    if (!words.sample.empty()) {
        auto one_in = parse_sample(words.sample);
        if (!one_in)
            return fail(one_in.error());
        options.one_in = *one_in;
    }
    if (auto count = read_max_objects(words.max_objects, options.max_objects); !count)
        return count;
    if (words.stacks == "always" || words.stacks == "adaptive")
        options.always_walk = words.stacks == "always";
    else if (!words.stacks.empty())
        return fail(Errc::usage, "--stacks: choose always or adaptive");
    if (auto outputs = read_outputs(words, options.known, options.outputs); !outputs)
        return outputs;
    for (const std::string& word : words.fail_on) {
        auto condition = FailCondition::parse(word);
        if (!condition)
            return fail(std::move(condition.error()).with_context("--fail-on"));
        options.fail_on.push_back(std::move(*condition));
    }
    for (const std::string& kind : options.without)
        if (kind != "fentry" && kind != "lsm" && kind != "kprobe")
            return fail(Errc::usage, fmt::format("--without: there is no kind \"{}\"; choose from "
                                                 "fentry, lsm, kprobe",
                                                 kind));
    // A short trace with the default age would have nothing old enough to report.
    if (!min_age && options.duration)
        options.min_age = std::min(options.min_age, *options.duration / 2);
    return {};
}

} // namespace

Result<std::chrono::nanoseconds> parse_duration(const std::string& text) {
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double number = 0;
    std::string unit;
    stream >> number;
    if (stream.fail() || !std::isfinite(number) || number < 0)
        return fail(Errc::usage,
                    fmt::format("\"{}\" is no time; write 500ms, 10s, 2m or 1h", text));
    stream >> unit;
    if (!(stream >> std::ws).eof())
        return fail(Errc::usage, fmt::format("\"{}\" is more than one time; write 90s", text));
    double scale = 0;
    if (unit.empty() || unit == "s")
        scale = 1e9;
    else if (unit == "ms")
        scale = 1e6;
    else if (unit == "us")
        scale = 1e3;
    else if (unit == "m")
        scale = 60e9;
    else if (unit == "h")
        scale = 3600e9;
    else
        return fail(Errc::usage,
                    fmt::format("\"{}\" has the unknown unit \"{}\"; write 500ms, 10s, 2m or 1h",
                                text, unit));
    if (number * scale > 9e18)
        return fail(Errc::usage, fmt::format("\"{}\" is too long", text));
    return std::chrono::nanoseconds(static_cast<std::int64_t>(number * scale));
}

std::uint32_t ring_bytes(const Options& options) {
    if (options.ring_kib == 0)
        return 0;
    return std::max(std::bit_ceil(options.ring_kib * 1024),
                    static_cast<std::uint32_t>(::getpagesize()));
}

Result<std::uint32_t> parse_sample(const std::string& text) {
    std::string_view number = text;
    if (number.starts_with("1/"))
        number.remove_prefix(2);
    else if (number != "1")
        number = "";
    std::uint32_t one_in = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), one_in);
    if (error != std::errc() || end != number.data() + number.size() || one_in == 0 ||
        one_in > Sampling::kMaxOneIn)
        return fail(Errc::usage,
                    fmt::format("--sample: \"{}\" is no share: write 1/N with N from 1 to {}", text,
                                Sampling::kMaxOneIn));
    return one_in;
}

bool wants_every_group(const Options& options) {
    return !options.fail_on.empty() || options.known.hides() ||
           std::any_of(options.outputs.begin(), options.outputs.end(),
                       [](const auto& choice) { return choice.writer->every_group; });
}

bool lists_objects(const Options& options) {
    return std::any_of(options.outputs.begin(), options.outputs.end(), [](const auto& choice) {
        return !choice.writer->every_group || choice.writer->shows_objects;
    });
}

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
    Options options;
    Words words;
    std::uint32_t pid = 0;

    CLI::App app{"unfreed finds what the Linux kernel never frees: which process and which call "
                 "stack made it,\nhow many, how old, growing how fast.",
                 "unfreed"};
    app.set_version_flag("--version", kVersion);
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 the report is complete, 1 error, 2 wrong usage, 3 --fail-on, 4 it is "
        "incomplete.\n"
        "run --exit-with command: that of the command (128 + N: killed by signal N), or 1.\n"
        "stdout carries the report, stderr the rest.");

    CLI::App* trace = app.add_subcommand("trace", "Follow the whole host, or one process (-p)");
    add_trace(*trace, options, words);
    CLI::Option* pid_option = trace->add_option("-p,--pid", pid, "Follow this process only")
                                  ->check(CLI::Range(1u, 1u << 22))
                                  ->type_name("PID");
    trace->add_flag("--follow", options.follow, "With -p: follow its new children too");
    trace->add_flag("--plain", options.plain,
                    "No live view: on a terminal, too, print reports only");

    CLI::App* run = app.add_subcommand("run", "Run a command and follow it and its children; the "
                                              "report comes when it ends");
    add_trace(*run, options, words);
    run->add_option("--exit-with", words.exit_with,
                    "Exit status: that of the report (report, default), or as a shell has it that "
                    "of the command, unless the trace failed (command)")
        ->check(CLI::IsMember({"report", "command"}))
        ->type_name("WHOSE");
    add_repeats(*run, options);
    run->add_option("command", options.program, "Command and arguments, after --")->required();
    run->positionals_at_end();

    CLI::App* report = app.add_subcommand("report", "Make the report of a recording (--record), "
                                                    "here and now");
    const CLI::Option* top = add_report(*report, options, words);

    CLI::App* diff =
        app.add_subcommand("diff", "Say what is new, has grown beyond chance or is gone between "
                                   "two reports");
    add_diff(*diff, options, words);

    CLI::App* triage =
        app.add_subcommand("triage", "Say which part of the kernel's memory grows, by its own "
                                     "counts and without a probe, and what to trace next");
    triage->add_option("--duration", words.duration, "Time between the two looks (default 5s)")
        ->type_name("TIME");
    triage->add_option("-o,--output", words.outputs, "Write it to a file")
        ->expected(1)
        ->type_name("FILE");

    CLI::App* doctor = app.add_subcommand("doctor", "Say what this host lets unfreed see, and how");
    add_common(*doctor, options, words);
    doctor->add_option("-o,--output", words.outputs, "Write it to a file")
        ->expected(1)
        ->type_name("FILE");

    // `unfreed -p 42` and plain `unfreed` mean trace.
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const bool names_command =
        !arguments.empty() &&
        (arguments[0] == "trace" || arguments[0] == "run" || arguments[0] == "triage" ||
         arguments[0] == "doctor" || arguments[0] == "report" || arguments[0] == "diff" ||
         arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "--version");
    if (!names_command && (arguments.empty() || arguments[0].starts_with("-")))
        arguments.insert(arguments.begin(), "trace");
    std::reverse(arguments.begin(), arguments.end());

    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = app.exit(error, out, err);
        return {std::nullopt, code == 0 ? out.str() : "unfreed: " + err.str(), code == 0 ? 0 : 2};
    }
    for (const CLI::App* used : app.get_subcommands())
        if (const CLI::Option* empty = find_empty(*used))
            return {std::nullopt, "unfreed: " + empty->get_name() + ": the value is empty\n", 2};
    if (auto checked = check_repeats(options); !checked)
        return {std::nullopt, "unfreed: " + checked.error().message + "\n", 2};
    if (auto read = read_words(words, options); !read)
        return {std::nullopt, "unfreed: " + read.error().message + "\n", 2};
    options.exit_with_command = words.exit_with == "command";
    if (run->parsed())
        options.command = Command::run;
    else if (report->parsed())
        options.command = Command::report;
    else if (diff->parsed())
        options.command = Command::diff;
    else if (triage->parsed())
        options.command = Command::triage;
    else if (doctor->parsed())
        options.command = Command::doctor;
    options.top_given = top->count() > 0;
    if (pid_option->count() > 0)
        options.pid = pid;
    else if (options.follow)
        return {std::nullopt, "unfreed: --follow needs -p PID\n", 2};
    return {std::move(options), {}, 0};
}

} // namespace unfreed::cli
