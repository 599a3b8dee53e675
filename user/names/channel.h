// SPDX-License-Identifier: BSD-2-Clause
// Messages over a stream socket: four bytes of length, then so many bytes. Two ways to use one: the
// workers wait (send_message, receive_message), the tracer never does (MessageQueue).
#pragma once

#include "base/unique_fd.h"

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed::names {

// What is longer is a broken or hostile peer.
constexpr std::size_t kLongestMessage = 8 * 1024 * 1024;

// A connected pair. Empty if none can be made.
std::array<UniqueFd, 2> make_channel();

// Waits until all is sent. passed: a descriptor that goes with it, or -1. False: the peer is gone.
bool send_message(int socket, std::string_view message, int passed = -1);
// Waits for a whole message, and takes the descriptor that came with it, if any. False: the peer is
// gone, or broken.
bool receive_message(int socket, std::string& message, UniqueFd* passed = nullptr);

class MessageQueue {
  public:
    void push(std::string_view message);
    std::size_t waiting_bytes() const { return out_.size() - sent_; }
    // Moves what the socket takes now, and what is there. False: the peer is gone or broken.
    bool exchange(int socket);
    // The next whole message that has come.
    std::optional<std::string> next();

  private:
    bool send(int socket);
    bool receive(int socket);
    bool split();

    std::string out_;
    std::size_t sent_ = 0;
    std::string in_;
    std::deque<std::string> received_;
    std::size_t received_bytes_ = 0;
};

} // namespace unfreed::names
