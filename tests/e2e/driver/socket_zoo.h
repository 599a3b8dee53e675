// SPDX-License-Identifier: BSD-2-Clause
// One socket of every kind that matters, in the hands of the test itself.
#pragma once

#include <sys/socket.h>

#include <set>
#include <string>
#include <vector>

namespace unfreed::e2e {

// Makes them in the constructor and closes them at the end. Nothing moves in between: data is
// queued, and nobody reads.
class SocketZoo {
  public:
    explicit SocketZoo(std::string directory);
    SocketZoo(const SocketZoo&) = delete;
    SocketZoo& operator=(const SocketZoo&) = delete;
    ~SocketZoo();

    // Of its sockets that are open.
    std::set<std::string> inodes() const;
    // "local>remote" of the connections that wait for accept().
    const std::vector<std::string>& not_accepted() const { return not_accepted_; }
    // Inodes of those that were never bound: ss does not show them.
    const std::set<std::string>& unbound() const { return unbound_; }

  private:
    int keep(int fd);
    void add_tcp(int family);
    void add_udp(int family);
    void add_unix();
    void add_unbound();

    std::string directory_;
    std::vector<int> fds_;
    std::vector<std::string> not_accepted_;
    std::set<std::string> unbound_;
};

std::string inode_of(int fd);

} // namespace unfreed::e2e
