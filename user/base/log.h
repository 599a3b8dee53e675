// SPDX-License-Identifier: BSD-2-Clause
// Messages for the person at the terminal. They go to stderr: stdout carries only the report.
#pragma once

#include <string>
#include <string_view>

namespace unfreed::log {

enum class Level {
    error,   // the run ends or its answer is wrong
    warning, // the answer is less than was asked for
    info,    // what the tool is doing; on by default, off with --quiet
    debug,   // for whoever debugs the tool: -v
};

// Both are process-wide and set once, before the first message.
void set_level(Level most_verbose);
Level level();

void write(Level level, std::string_view text);

// While one lives messages are kept, for a screen is on the terminal that they go to; then they are
// written, the latest few. One at a time.
class Hold {
  public:
    Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();

    // The latest message, safe for a terminal; empty: none yet.
    std::string latest() const;
};

inline void error(std::string_view text) {
    write(Level::error, text);
}
inline void warning(std::string_view text) {
    write(Level::warning, text);
}
inline void info(std::string_view text) {
    write(Level::info, text);
}
inline void debug(std::string_view text) {
    write(Level::debug, text);
}

} // namespace unfreed::log
