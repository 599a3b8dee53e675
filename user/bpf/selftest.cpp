// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/selftest.h"

#include "base/unique_fd.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace unfreed::bpf {
namespace {

sockaddr* as_sockaddr(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address); // the socket API's own idiom
}

void exercise_tcp() {
    UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listener || !client)
        return;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (::bind(listener.get(), as_sockaddr(address), length) != 0 ||
        ::listen(listener.get(), 1) != 0 ||
        ::getsockname(listener.get(), as_sockaddr(address), &length) != 0)
        return;
    // Over loopback the handshake is over when connect returns, blocking or not.
    (void)::connect(client.get(), as_sockaddr(address), length);
    (void)::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
    UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

void exercise_files() {
    struct stat status {};
    // sysfs keeps negative dentries since 6.1, so that this one goes on the LRU.
    const std::string missing = "/sys/kernel/unfreed-selftest-" + std::to_string(::getpid());
    (void)::stat(missing.c_str(), &status);
    (void)::stat("/proc/self/limits", &status);
}

void exercise_process() {
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    if (child > 0)
        ::waitpid(child, nullptr, 0);
}

// The kernel frees a map in a worker, within milliseconds.
void exercise_map(bpf_map_type type, std::uint32_t value_bytes) {
    UniqueFd(bpf_map_create(type, "unfreed_test", sizeof(std::uint32_t), value_bytes, 1, nullptr));
}

} // namespace

void exercise_hooks() {
    exercise_tcp();
    UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    exercise_files();
    exercise_map(BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(std::uint64_t));
    // Above 32 KiB with 4 KiB pages, and in any case more than kmalloc() gives, it is vmalloc()ed.
    exercise_map(BPF_MAP_TYPE_ARRAY, 1U << 20);
    exercise_process();
}

} // namespace unfreed::bpf
