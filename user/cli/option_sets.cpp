// SPDX-License-Identifier: BSD-2-Clause
#include "cli/option_sets.h"

#include "abi/limits.h"

#include <fmt/format.h>

#include <string>

namespace unfreed::cli {
namespace {

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

void add_known(CLI::App& app, KnownOptions& options) {
    app.add_option("--suppressions", options.suppressions,
                   "Leave out, and count, what the rules of a file match (docs/ci.md; may be given "
                   "more than once)")
        ->allow_extra_args(false)
        ->type_name("FILE");
    app.add_option("--baseline", options.baseline,
                   "An earlier report (JSON or a recording): leave out, and count, what it has "
                   "already, unless it has grown beyond chance")
        ->type_name("FILE");
    app.add_option("--gen-suppressions", options.generate,
                   "Write rules that would hide each row of the report to a file, too (-: stdout)")
        ->type_name("FILE");
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
void add_following(CLI::App& app, Options& options, Words& words) {
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

} // namespace

void add_trace(CLI::App& app, Options& options, Words& words) {
    add_following(app, options, words);
    app.add_option("-p,--pid", options.pid, "Follow this process only")
        ->check(CLI::Range(1u, 1u << 22))
        ->type_name("PID");
    app.add_flag("--follow", options.follow, "With -p: follow its new children too");
    app.add_flag("--plain", options.plain, "No live view: on a terminal, too, print reports only");
}

void add_run(CLI::App& app, Options& options, Words& words) {
    add_following(app, options, words);
    app.add_option("--exit-with", words.exit_with,
                   "Exit status: that of the report (report, default), or as a shell has it that "
                   "of the command, unless the trace failed (command)")
        ->check(CLI::IsMember({"report", "command"}))
        ->type_name("WHOSE");
    add_repeats(app, options);
    app.add_option("command", options.program, "Command and arguments, after --")->required();
    app.positionals_at_end();
}

void add_report(CLI::App& app, Options& options, Words& words) {
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

void add_triage(CLI::App& app, Options&, Words& words) {
    app.add_option("--duration", words.duration, "Time between the two looks (default 5s)")
        ->type_name("TIME");
    app.add_option("-o,--output", words.outputs, "Write it to a file")
        ->expected(1)
        ->type_name("FILE");
}

void add_doctor(CLI::App& app, Options& options, Words& words) {
    add_common(app, options, words);
    app.add_option("-o,--output", words.outputs, "Write it to a file")
        ->expected(1)
        ->type_name("FILE");
}

} // namespace unfreed::cli
