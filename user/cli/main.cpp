// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "base/terminal_guard.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "names/worker.h"
#include "output/standard_fds.h"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

namespace {

// Where an exception cannot pass, or no memory is left to pass it. What is attached goes with the
// process. Everything here must do without memory.
[[noreturn]] void give_up() noexcept {
    unfreed::restore_terminal();
    constexpr std::string_view kSays =
        "unfreed: error: out of memory, or a bug: no report; nothing stays attached\n";
    const ssize_t ignored = ::write(STDERR_FILENO, kSays.data(), kSays.size());
    (void)ignored;
    ::_exit(1);
}

} // namespace

namespace {

unfreed::Result<int> run(const unfreed::Options& options) {
    using namespace unfreed::cli;
    using unfreed::Command;
    switch (options.command) {
    case Command::doctor:
        return run_doctor(options);
    case Command::report:
        return run_report(options);
    case Command::diff:
        return run_diff(options);
    case Command::triage:
        return run_triage(options);
    case Command::trace:
    case Command::run:
        break;
    }
    return run_trace(options);
}

} // namespace

int main(int argc, char** argv) {
    using namespace unfreed;
    names::become_worker_if_asked(argc, argv);
    std::set_terminate(give_up);
    try {
        if (auto occupied = occupy_standard_fds(); !occupied) {
            log::error(occupied.error().message);
            return 1;
        }
        cli::ParsedCommandLine parsed = cli::parse_command_line(argc, argv);
        if (!parsed.options) {
            std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
            return parsed.exit_code;
        }
        const Options& options = *parsed.options;
        if (options.verbose)
            log::set_level(log::Level::debug);
        else if (options.quiet)
            log::set_level(log::Level::warning);
        auto exit_code = run(options);
        if (exit_code)
            return *exit_code;
        log::error(exit_code.error().message);
        return exit_code.error().code == Errc::usage ? 2 : 1;
    } catch (const std::bad_alloc&) {
        give_up();
    } catch (const std::exception& error) {
        // Libraries may throw: say so, and leave with nothing attached.
        log::error(error.what());
        return 1;
    }
}
