// SPDX-License-Identifier: BSD-2-Clause
// What a tool that ended in a bad moment may have left behind.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>

namespace unfreed::e2e {

// Follows one run of the tool. Whatever another instance on this host has is not looked at.
class Leftovers {
  public:
    // Children of the tool that it leaves become ours, so that they can be found.
    Leftovers();

    // Notes the programs, maps and links that the process has open now.
    void observe(pid_t pid);
    std::size_t observed() const { return programs_.size() + maps_.size() + links_.size(); }

    // After its end, and when it has been waited for: what is still there, in words; empty if it
    // is nothing. The kernel frees programs some grace periods after their end. Files of `dir`
    // other than `expected` count.
    std::string find(const std::string& dir, const std::string& expected) const;

  private:
    std::string find_now(const std::string& dir, const std::string& expected) const;

    std::set<std::uint32_t> programs_;
    std::set<std::uint32_t> maps_;
    std::set<std::uint32_t> links_;
};

} // namespace unfreed::e2e
