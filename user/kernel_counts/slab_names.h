// SPDX-License-Identifier: BSD-2-Clause
// Which names of slab caches mean the same objects. The kernel merges caches of like size and
// flags: /proc/slabinfo has one line for all of them, under the name of the one that was made
// first, and /sys/kernel/slab has a link from each name to an id (":A-0000192") that they share.
#pragma once

#include "kernel_counts/slabinfo.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// "kmalloc-64" for every cache that kmalloc(64) may take from: by cgroup accounting
// (kmalloc-cg-64), reclaimable (-rcl-), DMA, random copies (-rnd-07-), and buckets for sizes that
// users choose (memdup_user-64, msg_msg-64). Which of them it was the kmalloc tracepoint does not
// tell. Any other name is its own family.
std::string kmalloc_family(std::string_view name);

class SlabNames {
  public:
    // Name -> id, as the links in /sys/kernel/slab.
    using Links = std::map<std::string, std::string, std::less<>>;

    SlabNames() = default;
    SlabNames(Links links, const SlabInfo& slabs);

    // The name under which the objects of this cache are counted: that of its line in slabinfo, or
    // of its kmalloc family.
    std::string counted_as(std::string_view name) const;

    // All caches that are one with this one in the kernel, itself among them, in the order of their
    // names; empty where it is alone, and for kmalloc caches.
    std::vector<std::string> merged_with(std::string_view name) const;

  private:
    Links links_;
    Links first_by_id_; // id -> the name in slabinfo
};

// Empty where the folder is missing (kernels without CONFIG_SYSFS, or with another allocator).
SlabNames::Links read_slab_links(const std::string& folder = "/sys/kernel/slab");

} // namespace unfreed
