// SPDX-License-Identifier: BSD-2-Clause
#include "slab_shrinker.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

namespace unfreed::e2e {
namespace {

const std::filesystem::path kFolder = "/sys/kernel/slab";

void write_one(int fd) {
    // A cache that is gone meanwhile has nothing to shrink.
    [[maybe_unused]] const ssize_t written = ::pwrite(fd, "1", 1, 0);
}

} // namespace

bool SlabShrinker::possible() {
    return ::access((kFolder / "dentry/shrink").c_str(), W_OK) == 0;
}

SlabShrinker::SlabShrinker(std::vector<std::string> caches) {
    if (caches.empty())
        for (const auto& entry : std::filesystem::directory_iterator(kFolder))
            if (!entry.is_symlink())
                caches.push_back(entry.path().filename().string());
    for (const std::string& cache : caches)
        files_.push_back((kFolder / cache / "shrink").string());
    thread_ = std::thread([this] { run(); });
}

SlabShrinker::~SlabShrinker() {
    stop_ = true;
    thread_.join();
}

void SlabShrinker::run() {
    // Kept open: opening one makes and frees objects of the very caches.
    std::vector<int> fds;
    for (const std::string& file : files_)
        if (const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC); fd >= 0)
            fds.push_back(fd);
    while (!stop_) {
        for (int fd : fds)
            write_one(fd);
        ++rounds_;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    for (int fd : fds)
        ::close(fd);
}

void SlabShrinker::wait_for_two_rounds() const {
    // One may be under way.
    for (const unsigned start = rounds_; rounds_ - start < 3;)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

} // namespace unfreed::e2e
