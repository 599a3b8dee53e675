// SPDX-License-Identifier: BSD-2-Clause
#include "cost.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace unfreed::e2e {

double cpu_seconds(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    for (int i = 0; i < 13; ++i)
        stat >> word;
    double user = 0, system = 0;
    stat >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double seconds_in_queue(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/schedstat");
    double run_ns = 0, wait_ns = 0;
    stat >> run_ns >> wait_ns;
    return wait_ns / 1e9;
}

double busy_seconds() {
    std::ifstream stat("/proc/stat");
    std::string word;
    double user = 0, nice = 0, system = 0;
    stat >> word >> user >> nice >> system;
    return (user + nice + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

bool is_judged() {
    return std::getenv("UNFREED_SLOW") == nullptr;
}

} // namespace unfreed::e2e
