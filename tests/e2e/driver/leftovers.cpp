// SPDX-License-Identifier: BSD-2-Clause
#include "leftovers.h"

#include <bpf/bpf.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;

std::size_t still_there(const std::set<std::uint32_t>& ids, int (*open)(std::uint32_t)) {
    std::size_t count = 0;
    for (std::uint32_t id : ids) {
        const int fd = open(id);
        if (fd < 0)
            continue;
        ::close(fd);
        ++count;
    }
    return count;
}

} // namespace

Leftovers::Leftovers() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void Leftovers::observe(pid_t pid) {
    std::error_code error;
    fs::directory_iterator entry("/proc/" + std::to_string(pid) + "/fdinfo", error);
    while (!error && entry != fs::directory_iterator()) {
        std::ifstream file(entry->path());
        std::string key;
        std::uint32_t id = 0;
        for (std::string line; file >> key;)
            if ((key == "prog_id:" || key == "map_id:" || key == "link_id:") && file >> id)
                (key == "prog_id:" ? programs_ : key == "map_id:" ? maps_ : links_).insert(id);
            else
                std::getline(file, line);
        entry.increment(error);
    }
}

std::string Leftovers::find_now(const std::string& dir, const std::string& expected) const {
    std::string found;
    const auto note = [&](std::size_t count, const char* what) {
        if (count != 0)
            found += std::to_string(count) + " " + what + " ";
    };
    note(still_there(programs_, bpf_prog_get_fd_by_id), "programs");
    note(still_there(maps_, bpf_map_get_fd_by_id), "maps");
    note(still_there(links_, bpf_link_get_fd_by_id), "links");
    int status = 0;
    while (::waitpid(-1, &status, WNOHANG) > 0) // orphans that have ended
        ;
    if (::waitpid(-1, &status, WNOHANG) == 0)
        found += "children ";
    for (const auto& entry : fs::directory_iterator(dir))
        if (entry.path().filename() != expected)
            found += "file " + entry.path().filename().string() + " ";
    return found;
}

std::string Leftovers::find(const std::string& dir, const std::string& expected) const {
    std::string found;
    for (int i = 0; i < 400; ++i) {
        found = find_now(dir, expected);
        if (found.empty())
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return found;
}

} // namespace unfreed::e2e
