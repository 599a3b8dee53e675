// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "bpf/socket_iterators.h"
#include "source/socket_lists.h"

#include <span>
#include <string>
#include <vector>

namespace unfreed {

// Counts the sockets of the host, in all network namespaces: those that exist, and those that
// sock_diag shows.
class SocketCensus {
  public:
    static Result<SocketCensus> load();

    // What is in a table of its protocol (TCP, UDP, unix, netlink), and with `descriptors` in one
    // of them. Descriptors of the calling process do not count; neither do sockets that only it and
    // these workers of it have.
    Result<SocketList> list(bool descriptors, std::span<const std::uint32_t> workers = {}) const;
    Result<SocketsShown> shown() const;

    // What cannot be listed here: "unix", "files" ...
    const std::vector<std::string>& missing() const { return iterators_.missing(); }

  private:
    explicit SocketCensus(bpf::SocketIterators iterators) : iterators_(std::move(iterators)) {}

    bpf::SocketIterators iterators_;
};

// One list of what the tables and the descriptors say. An address that was seen with two cookies
// was freed and used again in between: the later one counts. With workers, sockets that only these
// and this process hold are left out.
std::vector<ListedSocket> merge_sockets(const std::vector<uf_listed_socket>& listed,
                                        const std::vector<uf_open_socket>& open,
                                        std::uint32_t self_tgid,
                                        std::span<const std::uint32_t> workers = {});

} // namespace unfreed
