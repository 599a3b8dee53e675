// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/ring_reader.h"

#include <cerrno>

namespace unfreed::bpf {

Result<RingReader> RingReader::open(int map_fd) {
    auto sink = std::make_unique<Sink>();
    RingBufferPtr ring(ring_buffer__new(map_fd, on_record, sink.get(), nullptr));
    if (!ring)
        return fail_errno(Errc::internal, errno, "cannot map the event ring buffer");
    return RingReader(std::move(sink), std::move(ring));
}

int RingReader::epoll_fd() const {
    return ring_buffer__epoll_fd(ring_.get());
}

int RingReader::on_record(void* context, void* data, std::size_t size) noexcept {
    const auto* sink = static_cast<const Sink*>(context);
    try {
        (*sink->consumer)({static_cast<const std::byte*>(data), size});
    } catch (...) { // libbpf is C; what is thrown is for want of memory
        return -ENOMEM;
    }
    return 0;
}

Result<std::size_t> RingReader::drain(const Consumer& consume) {
    sink_->consumer = &consume;
    int count = ring_buffer__consume(ring_.get());
    sink_->consumer = nullptr;
    if (count < 0)
        return fail_errno(Errc::internal, -count, "cannot read the event ring buffer");
    return static_cast<std::size_t>(count);
}

} // namespace unfreed::bpf
