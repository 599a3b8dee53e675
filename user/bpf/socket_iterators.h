// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/socket_list.h"
#include "base/result.h"
#include "bpf/handles.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

struct sockets_bpf;

namespace unfreed::bpf {

// Lists sockets that exist (bpf/sockets). Nothing is attached to the kernel's paths: an iterator
// runs when it is read. What this kernel does not permit is left out and named in missing().
class SocketIterators {
  public:
    // Fails only if nothing at all can be listed.
    static Result<SocketIterators> load();

    // Sockets in the tables of the protocols, of the network namespace of the calling thread.
    Result<std::vector<uf_listed_socket>> list_here() const;
    // Sockets in the descriptors of all processes.
    Result<std::vector<uf_open_socket>> list_open() const;

    // "unix", "tcp" ...: protocols, and "files", that cannot be listed here.
    const std::vector<std::string>& missing() const { return missing_; }

  private:
    struct Delete {
        void operator()(sockets_bpf* skeleton) const;
    };
    using SkeletonPtr = std::shared_ptr<sockets_bpf>; // of one iterator, or of all
    struct Iterator {
        SkeletonPtr skeleton;
        LinkPtr link;
    };
    SocketIterators() = default;
    static Result<SkeletonPtr> load_programs(std::span<const char* const> names);
    static Result<Iterator> attach(const SkeletonPtr& skeleton, const char* name);

    std::vector<Iterator> protocols_;
    std::unique_ptr<Iterator> files_;
    std::vector<std::string> missing_;
};

} // namespace unfreed::bpf
