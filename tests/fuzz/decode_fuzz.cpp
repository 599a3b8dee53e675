// SPDX-License-Identifier: BSD-2-Clause
// Any bytes must decode to a valid event or an error, never crash.
#include "abi/events.h"
#include "decode/decoder.h"
#include "fuzz.h"

namespace {

constexpr std::size_t kSizes[] = {sizeof(uf_rec_header),
                                  sizeof(uf_rec_origin),
                                  sizeof(uf_rec_stage),
                                  sizeof(uf_rec_free),
                                  sizeof(uf_rec_process),
                                  sizeof(uf_rec_charged),
                                  sizeof(uf_rec_user_stack) + UF_USER_COPY_SMALL,
                                  sizeof(uf_rec_given_up)};

using unfreed::fuzz::require;

void check(const unfreed::Result<unfreed::Event>& event) {
    if (!event) {
        require(event.error().code == unfreed::Errc::malformed && !event.error().message.empty());
    } else if (const auto* origin = std::get_if<unfreed::OriginEvent>(&*event)) {
        require(origin->id.value != 0);
        require(origin->kernel_stack.size() <= UF_KSTACK_MAX);
        require(origin->user_stack.size() <= UF_USTACK_MAX);
        require(origin->comm.size() < UF_COMM_LEN);
        require(unfreed::to_string(origin->object_class) != "unknown");
    } else if (const auto* given_up = std::get_if<unfreed::GivenUpEvent>(&*event)) {
        require(given_up->origin.value != 0);
        require(given_up->kernel_stack.size() <= UF_KSTACK_MAX);
        require(given_up->comm.size() < UF_COMM_LEN);
    } else if (const auto* stage = std::get_if<unfreed::StageEvent>(&*event)) {
        require(unfreed::stage_name(stage->stage) != "unknown");
    }
}

} // namespace

FUZZ(decode, input) {
    std::vector<std::byte> bytes = unfreed::fuzz::bytes(input);
    check(unfreed::decode(bytes));
    if (bytes.size() < sizeof(uf_rec_header))
        return;
    // The fuzzer would spend its life guessing sizes: try the same bytes as a record of the right
    // size for its type too.
    uf_rec_header header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    header.type = static_cast<__u16>(header.type % std::size(kSizes));
    header.size = static_cast<__u16>(kSizes[header.type]);
    bytes.resize(header.size);
    std::memcpy(bytes.data(), &header, sizeof(header));
    check(unfreed::decode(bytes));
}
