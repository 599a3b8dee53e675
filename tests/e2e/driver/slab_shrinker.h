// SPDX-License-Identifier: BSD-2-Clause
// Makes /proc/slabinfo exact while it lives.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace unfreed::e2e {

// The allocator counts free objects in the lists of a CPU as living ones; writing 1 to
// /sys/kernel/slab/CACHE/shrink empties these lists. Done over and over, so that they are empty
// whenever somebody reads.
class SlabShrinker {
  public:
    // Empty: all caches that there are.
    explicit SlabShrinker(std::vector<std::string> caches = {});
    SlabShrinker(const SlabShrinker&) = delete;
    SlabShrinker& operator=(const SlabShrinker&) = delete;
    ~SlabShrinker();

    // False: this kernel has no such files.
    static bool possible();

    // Returns when every cache has been shrunk twice more.
    void wait_for_two_rounds() const;

  private:
    void run();

    std::vector<std::string> files_;
    std::atomic<unsigned> rounds_{0};
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

} // namespace unfreed::e2e
