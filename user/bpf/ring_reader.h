// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "bpf/handles.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace unfreed::bpf {

// Reads the ring buffer `events`. One thread only.
class RingReader {
  public:
    using Consumer = std::function<void(std::span<const std::byte>)>;

    static Result<RingReader> open(int map_fd);

    // Readable when the kernel side wants the ring emptied.
    int epoll_fd() const;
    // Hands every waiting record to `consume`; the bytes are valid during the call only. Returns
    // how many there were. If it throws, the record is lost, and that is an error.
    Result<std::size_t> drain(const Consumer& consume);

  private:
    struct Sink {
        const Consumer* consumer = nullptr;
    };
    RingReader(std::unique_ptr<Sink> sink, RingBufferPtr ring)
        : sink_(std::move(sink)), ring_(std::move(ring)) {}
    static int on_record(void* context, void* data, std::size_t size) noexcept;

    std::unique_ptr<Sink> sink_; // libbpf keeps its address
    RingBufferPtr ring_;
};

} // namespace unfreed::bpf
