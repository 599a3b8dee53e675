// SPDX-License-Identifier: BSD-2-Clause
#include "socket_zoo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace unfreed::e2e {
namespace {

int check(int result, const char* what) {
    if (result < 0)
        throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
    return result;
}

struct Address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address loopback(int family) {
    Address address;
    if (family == AF_INET) {
        auto* in = reinterpret_cast<sockaddr_in*>(&address.storage);
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.size = sizeof(*in);
    } else {
        auto* in6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
        in6->sin6_family = AF_INET6;
        in6->sin6_addr = in6addr_loopback;
        address.size = sizeof(*in6);
    }
    return address;
}

Address local_address(int fd) {
    Address address;
    check(::getsockname(fd, address.get(), &address.size), "getsockname");
    return address;
}

// As ss and unfreed write it.
std::string text_of(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.storage.ss_family == AF_INET) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(&address.storage);
        ::inet_ntop(AF_INET, &in->sin_addr, text.data(), text.size());
        return std::string(text.data()) + ":" + std::to_string(ntohs(in->sin_port));
    }
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    ::inet_ntop(AF_INET6, &in6->sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(in6->sin6_port));
}

void send_all(int fd, std::size_t bytes) {
    const std::string data(bytes, 'x');
    check(static_cast<int>(::send(fd, data.data(), data.size(), 0)), "send");
}

// From a name in the file system, or an abstract one where `name` begins with "@".
void bind_unix(int fd, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@')
        address.sun_path[0] = '\0';
    const auto size = offsetof(sockaddr_un, sun_path) + name.size() + (name.front() != '@');
    check(::bind(fd, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(size)), "bind");
}

} // namespace

std::string inode_of(int fd) {
    struct stat status {};
    check(::fstat(fd, &status), "fstat");
    return std::to_string(status.st_ino);
}

SocketZoo::SocketZoo(std::string directory) : directory_(std::move(directory)) {
    for (int family : {AF_INET, AF_INET6}) {
        add_tcp(family);
        add_udp(family);
    }
    add_unix();
    add_unbound();
}

SocketZoo::~SocketZoo() {
    for (int fd : fds_)
        ::close(fd);
}

int SocketZoo::keep(int fd) {
    fds_.push_back(check(fd, "socket"));
    return fd;
}

void SocketZoo::add_tcp(int family) {
    const int listener = keep(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    Address any = loopback(family);
    check(::bind(listener, any.get(), any.size), "bind");
    check(::listen(listener, 7), "listen");
    Address address = local_address(listener);
    const auto connected = [&] {
        const int fd = keep(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        check(::connect(fd, address.get(), address.size), "connect");
        return fd;
    };
    const auto accepted = [&] { return keep(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)); };
    connected(); // idle
    accepted();
    const int sender = connected(); // data that nobody reads
    accepted();
    send_all(sender, 5000);
    const int half_closed = connected(); // FIN-WAIT-2, and CLOSE-WAIT
    accepted();
    check(::shutdown(half_closed, SHUT_WR), "shutdown");
    const int tuned = connected();
    const int bytes = 30'000;
    check(::setsockopt(tuned, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)), "SO_RCVBUF");
    accepted();
    const int waiting = connected(); // stays in the accept queue
    not_accepted_.push_back(text_of(address) + ">" + text_of(local_address(waiting)));
}

void SocketZoo::add_udp(int family) {
    const int receiver = keep(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    Address any = loopback(family);
    check(::bind(receiver, any.get(), any.size), "bind");
    Address address = local_address(receiver);
    const int sender = keep(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    check(::connect(sender, address.get(), address.size), "connect");
    for (int i = 0; i < 3; ++i)
        send_all(sender, 700);
}

void SocketZoo::add_unix() {
    for (int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
        std::array<int, 2> pair{};
        check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair.data()), "socketpair");
        keep(pair[0]);
        keep(pair[1]);
        send_all(pair[0], 3000);
    }
    const int path = keep(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    bind_unix(path, directory_ + "/dgram");
    const int abstract = keep(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    bind_unix(abstract, "@unfreed-zoo-" + std::to_string(::getpid()) + "-" + inode_of(abstract));
    check(::listen(abstract, 5), "listen");
}

void SocketZoo::add_unbound() {
    for (int type : {SOCK_STREAM, SOCK_DGRAM})
        unbound_.insert(inode_of(keep(::socket(AF_INET, type | SOCK_CLOEXEC, 0))));
}

std::set<std::string> SocketZoo::inodes() const {
    std::set<std::string> inodes;
    for (int fd : fds_)
        inodes.insert(inode_of(fd));
    return inodes;
}

} // namespace unfreed::e2e
