// SPDX-License-Identifier: BSD-2-Clause
// A terminal that a test can look at and type into.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace unfreed::e2e {

// A server of its own with one window, in which a shell script runs. Ends with this object. An
// exception: the script has ended, or tmux does not work.
class Tmux {
  public:
    static bool installed();

    // script: a file for sh. socket: a path that nobody else has.
    Tmux(std::string socket, const std::string& script, std::size_t columns, std::size_t rows);
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;
    ~Tmux();

    // Names of keys as tmux has them: "Enter", "Escape", "Down"; other words are typed.
    void press(const std::vector<std::string>& keys) const;
    void resize(std::size_t columns, std::size_t rows) const;
    // What is on the screen, a line each; with what was scrolled off it.
    std::vector<std::string> lines() const;
    std::string text() const;
    std::string history() const;
    // The screen has it in time. False: not, and the test is told what it has.
    bool shows(const std::string& part, bool wanted = true) const;
    // Of the terminal: "#{alternate_on}".
    std::string value(const std::string& format) const;

  private:
    std::vector<std::string> command(const std::vector<std::string>& words) const;
    std::string run_tmux(const std::vector<std::string>& words) const;

    std::string socket_;
    std::string server_; // its process ID
};

} // namespace unfreed::e2e
