// SPDX-License-Identifier: BSD-2-Clause
#include "workers.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace unfreed::e2e {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

std::string status_of(pid_t pid, const std::string& field) {
    std::ifstream lines("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(field + ":\t"))
            return line.substr(field.size() + 2);
    return {};
}

pid_t worker_of(pid_t tool, const std::string& name) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid > 0 && status_of(pid, "Name") == name &&
            status_of(pid, "PPid") == std::to_string(tool) &&
            !status_of(pid, "State").starts_with('Z'))
            return pid;
    }
    return 0;
}

pid_t wait_for_worker(pid_t tool, const std::string& name) {
    const auto deadline = steady_clock::now() + seconds(60);
    while (steady_clock::now() < deadline) {
        // It has given everything up when it has its filter.
        if (const pid_t pid = worker_of(tool, name); pid != 0 && status_of(pid, "Seccomp") == "2")
            return pid;
        std::this_thread::sleep_for(milliseconds(50));
    }
    return 0;
}

bool has_ended(pid_t pid) {
    const auto deadline = steady_clock::now() + seconds(30);
    while (steady_clock::now() < deadline) {
        const std::string state = status_of(pid, "State");
        if (state.empty() || state[0] == 'Z')
            return true;
        std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
}

} // namespace unfreed::e2e
