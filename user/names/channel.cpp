// SPDX-License-Identifier: BSD-2-Clause
#include "names/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace unfreed::names {
namespace {

using Length = std::uint32_t;
constexpr std::size_t kReadAtOnce = 64 * 1024;

union DescriptorSpace {
    cmsghdr header; // for its alignment
    std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

void attach(msghdr& message, DescriptorSpace& space, int passed) {
    message.msg_control = space.bytes.data();
    message.msg_controllen = space.bytes.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &passed, sizeof(passed));
}

// All descriptors that came are closed or kept: none is left open unnoticed.
void take_descriptors(msghdr& message, UniqueFd* passed) {
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof(fd));
        UniqueFd owned(fd);
        if (passed != nullptr)
            *passed = std::move(owned);
    }
}

bool receive_all(int socket, char* to, std::size_t size, UniqueFd* passed) {
    while (size > 0) {
        iovec part{to, size};
        DescriptorSpace space{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = space.bytes.data();
        message.msg_controllen = space.bytes.size();
        const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        take_descriptors(message, passed);
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::string framed(std::string_view message) {
    const auto length = static_cast<Length>(message.size());
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof(length));
    bytes.append(message);
    return bytes;
}

} // namespace

std::array<UniqueFd, 2> make_channel() {
    std::array<int, 2> fds{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
        return {};
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

bool send_message(int socket, std::string_view message, int passed) {
    const std::string bytes = framed(message);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        iovec part{const_cast<char*>(bytes.data()) + sent, bytes.size() - sent};
        DescriptorSpace space{};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        if (passed >= 0 && sent == 0)
            attach(header, space, passed);
        const ssize_t done = ::sendmsg(socket, &header, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        sent += static_cast<std::size_t>(done);
    }
    return true;
}

bool receive_message(int socket, std::string& message, UniqueFd* passed) {
    Length length = 0;
    if (!receive_all(socket, reinterpret_cast<char*>(&length), sizeof(length), passed) ||
        length > kLongestMessage)
        return false;
    message.resize(length);
    return receive_all(socket, message.data(), length, passed);
}

void MessageQueue::push(std::string_view message) {
    out_ += framed(message);
}

bool MessageQueue::exchange(int socket) {
    const bool sent = send(socket);
    // What a peer that is gone said before its end is there all the same.
    return receive(socket) && sent;
}

bool MessageQueue::send(int socket) {
    while (sent_ < out_.size()) {
        const ssize_t done =
            ::send(socket, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno == EAGAIN;
        sent_ += static_cast<std::size_t>(done);
    }
    out_.clear();
    sent_ = 0;
    return true;
}

bool MessageQueue::receive(int socket) {
    // Who answers what was asked never has so much under way.
    while (received_bytes_ <= 2 * kLongestMessage) {
        const std::size_t had = in_.size();
        in_.resize(had + kReadAtOnce);
        const ssize_t got = ::recv(socket, in_.data() + had, kReadAtOnce, MSG_DONTWAIT);
        const int error = errno;
        in_.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0 && error == EINTR)
            continue;
        if (got < 0)
            return error == EAGAIN;
        if (got == 0 || !split())
            return false;
    }
    return false;
}

bool MessageQueue::split() {
    std::size_t at = 0;
    while (in_.size() - at >= sizeof(Length)) {
        Length length = 0;
        std::memcpy(&length, in_.data() + at, sizeof(length));
        if (length > kLongestMessage)
            return false;
        if (in_.size() - at - sizeof(Length) < length)
            break;
        received_.emplace_back(in_, at + sizeof(Length), length);
        received_bytes_ += length;
        at += sizeof(Length) + length;
    }
    in_.erase(0, at);
    return true;
}

std::optional<std::string> MessageQueue::next() {
    if (received_.empty())
        return std::nullopt;
    std::string message = std::move(received_.front());
    received_.pop_front();
    received_bytes_ -= message.size();
    return message;
}

} // namespace unfreed::names
