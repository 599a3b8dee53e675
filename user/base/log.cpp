// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include "base/utf8.h"

#include <atomic>
#include <cstdio>
#include <string>

namespace unfreed::log {
namespace {

// The only mutable global of the program: where messages stop.
std::atomic<Level> most_verbose{Level::info};

const char* prefix(Level level) {
    switch (level) {
    case Level::error:
        return "unfreed: error: ";
    case Level::warning:
        return "unfreed: warning: ";
    case Level::info:
        return "unfreed: ";
    case Level::debug:
        return "unfreed: debug: ";
    }
    return "unfreed: ";
}

} // namespace

void set_level(Level level) {
    most_verbose = level;
}
Level level() {
    return most_verbose;
}

void write(Level level, std::string_view text) {
    if (level > most_verbose.load())
        return;
    std::string line = prefix(level);
    // Names of programs and files are in it: nobody's may look like a line of ours.
    line += escape_for_terminal(text);
    line += '\n';
    // One call, so that lines of several processes on one terminal do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace unfreed::log
