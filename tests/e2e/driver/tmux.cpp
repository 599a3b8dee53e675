// SPDX-License-Identifier: BSD-2-Clause
#include "tmux.h"

#include "process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace unfreed::e2e {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool Tmux::installed() {
    return run({"tmux", "-V"}).status == 0;
}

Tmux::Tmux(std::string socket, const std::string& script, std::size_t columns, std::size_t rows)
    : socket_(std::move(socket)) {
    run_tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(columns), "-y",
              std::to_string(rows), "exec sh " + script});
    run_tmux({"set-option", "-g", "status", "off"});
    resize(columns, rows);
    server_ = value("#{pid}");
}

// `kill-server` answers before the server has let go of its socket: the next one would be told
// that "server exited unexpectedly".
Tmux::~Tmux() {
    run(command({"kill-server"}));
    const auto deadline = steady_clock::now() + std::chrono::seconds(20);
    while (!server_.empty() && std::filesystem::exists("/proc/" + server_) &&
           steady_clock::now() < deadline)
        std::this_thread::sleep_for(milliseconds(10));
}

std::vector<std::string> Tmux::command(const std::vector<std::string>& words) const {
    std::vector<std::string> command{"env", "-u", "TMUX", "tmux", "-u", "-S", socket_};
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

std::string Tmux::run_tmux(const std::vector<std::string>& words) const {
    const Finished finished = run(command(words));
    if (finished.status != 0)
        throw std::runtime_error("tmux " + words.front() + ": " + finished.err);
    return finished.out;
}

void Tmux::press(const std::vector<std::string>& keys) const {
    std::vector<std::string> words{"send-keys"};
    words.insert(words.end(), keys.begin(), keys.end());
    run_tmux(words);
}

void Tmux::resize(std::size_t columns, std::size_t rows) const {
    run_tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

std::string Tmux::text() const {
    return run_tmux({"capture-pane", "-p"});
}

std::string Tmux::history() const {
    return run_tmux({"capture-pane", "-p", "-S", "-2000"});
}

std::vector<std::string> Tmux::lines() const {
    std::vector<std::string> lines;
    std::istringstream stream(text());
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

bool Tmux::shows(const std::string& part, bool wanted) const {
    const auto deadline = steady_clock::now() + std::chrono::seconds(60);
    while (steady_clock::now() < deadline) {
        if ((text().find(part) != std::string::npos) == wanted)
            return true;
        std::this_thread::sleep_for(milliseconds(50));
    }
    ADD_FAILURE() << (wanted ? "not" : "still") << " on the screen: " << part << "\n" << text();
    return false;
}

std::string Tmux::value(const std::string& format) const {
    std::string value = run_tmux({"display-message", "-p", format});
    value.erase(value.find_last_not_of('\n') + 1);
    return value;
}

} // namespace unfreed::e2e
