// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/unique_fd.h"
#include "names/messages.h"

#include <atomic>
#include <cstdint>

namespace unfreed::names {

// What the namer works on: in memory that the tracer shares with it, so that it is known whatever
// becomes of the namer, and costs nothing. To the tracer these are numbers of somebody hostile.
struct ProgressPage {
    std::atomic<std::uint64_t> beats; // changes as long as something goes on
    std::atomic<std::uint64_t> inode; // of the file; 0: none
    std::atomic<std::uint64_t> device;
    std::atomic<std::uint32_t> tgid; // of the process; 0: none
};

class Progress {
  public:
    Progress() = default;
    // Makes the page. Its size is sealed: nobody can cut it under the other one's feet.
    static Progress make();
    // Maps that of the parent.
    static Progress map(int fd);
    Progress(Progress&& other) noexcept;
    Progress& operator=(Progress&& other) noexcept;
    ~Progress();

    explicit operator bool() const { return page_ != nullptr; }
    int fd() const { return fd_.get(); }

    void work_on(const Suspect& suspect);
    void beat() { page_->beats.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t beats() const { return page_->beats.load(std::memory_order_relaxed); }
    Suspect suspect() const;

  private:
    UniqueFd fd_;
    ProgressPage* page_ = nullptr;
};

} // namespace unfreed::names
