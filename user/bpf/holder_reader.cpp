// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/holder_reader.h"

#include "base/capabilities.h"
#include "base/unique_fd.h"
#include "bpf/libbpf_log.h"
#include "bpf/open_options.h"
#include "bpf/refusal.h"
#include "holders.skel.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace unfreed::bpf {
namespace {

struct DestroyLink {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using Link = std::unique_ptr<bpf_link, DestroyLink>;

constexpr std::size_t kRecordsAtOnce = 256;

// Reads return whole records or less: what is left of one comes first the next time.
Result<> read_all(int fd, const std::function<void(const uf_holder&)>& consume) {
    std::array<std::byte, kRecordsAtOnce * sizeof(uf_holder)> buffer{};
    std::size_t have = 0;
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data() + have, buffer.size() - have);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return fail_errno(Errc::io, errno, "cannot read who holds what");
        if (got == 0)
            return {};
        have += static_cast<std::size_t>(got);
        const std::size_t records = have / sizeof(uf_holder);
        for (std::size_t i = 0; i < records; ++i) {
            uf_holder holder;
            std::memcpy(&holder, buffer.data() + i * sizeof(holder), sizeof(holder));
            consume(holder);
        }
        have -= records * sizeof(uf_holder);
        std::memmove(buffer.data(), buffer.data() + records * sizeof(uf_holder), have);
    }
}

Result<> iterate(const bpf_program* program, const std::function<void(const uf_holder&)>& consume) {
    const Link link(bpf_program__attach_iter(program, nullptr));
    if (!link)
        return fail_errno(Errc::unsupported, errno, "cannot iterate over processes");
    const UniqueFd fd(bpf_iter_create(bpf_link__fd(link.get())));
    if (!fd)
        return fail_errno(Errc::unsupported, errno, "cannot iterate over processes");
    return read_all(fd.get(), consume);
}

} // namespace

void HolderReader::Delete::operator()(holders_bpf* skeleton) const {
    holders_bpf::destroy(skeleton);
}

Result<HolderReader> HolderReader::load() {
    // libbpf looks for a type that the kernel itself does not have in its modules; listing those
    // (BPF_BTF_GET_NEXT_ID) takes this capability.
    const RaisedCapability admin(Capability::sys_admin);
    HolderReader reader;
    for (const bool with_mappings : {true, false}) {
        reader.skeleton_.reset(holders_bpf::open(open_options()));
        if (!reader.skeleton_)
            break;
        bpf_program__set_autoload(reader.skeleton_->progs.mappings, with_mappings);
        if (holders_bpf::load(reader.skeleton_.get()) == 0)
            return reader;
    }
    return fail(refusal(errno, "the programs that read who holds what", take_libbpf_warnings()));
}

Result<> HolderReader::read(const std::function<void(const uf_holder&)>& consume) {
    for (const bpf_program* program :
         {skeleton_->progs.files, skeleton_->progs.directories, skeleton_->progs.mappings}) {
        if (bpf_program__fd(program) < 0)
            continue;
        if (auto done = iterate(program, consume); !done)
            return done;
    }
    return {};
}

} // namespace unfreed::bpf
