// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include "base/utf8.h"

#include <atomic>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

namespace unfreed::log {
namespace {

constexpr std::size_t kMostHeld = 200;

// Where messages stop, and where they wait.
std::atomic<Level> most_verbose{Level::info};
std::atomic<bool> holds{false};
std::mutex held_mutex;
std::deque<std::string> held_lines;

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
    if (holds) {
        const std::lock_guard lock(held_mutex);
        held_lines.push_back(std::move(line));
        if (held_lines.size() > kMostHeld)
            held_lines.pop_front();
        return;
    }
    // One call, so that lines of several processes on one terminal do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

Hold::Hold() {
    holds = true;
}

Hold::~Hold() {
    holds = false;
    const std::lock_guard lock(held_mutex);
    for (const std::string& line : std::exchange(held_lines, {}))
        std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string Hold::latest() const {
    const std::lock_guard lock(held_mutex);
    if (held_lines.empty())
        return {};
    std::string line = held_lines.back();
    line.pop_back(); // its newline
    return line;
}

} // namespace unfreed::log
