// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/socket_iterators.h"

#include "base/capabilities.h"
#include "base/unique_fd.h"
#include "bpf/libbpf_log.h"
#include "bpf/open_options.h"
#include "sockets.skel.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace unfreed::bpf {
namespace {

constexpr std::array<const char*, 5> kPrograms{"list_tcp", "list_udp", "list_unix", "list_netlink",
                                               "list_open"};
constexpr std::array<const char*, kPrograms.size()> kNames{"tcp", "udp", "unix", "netlink",
                                                           "files"};
constexpr std::size_t kFiles = 4; // the others are protocols

// Runs an iterator from its beginning and appends its records.
template <class Record>
Result<> read_all(const bpf_link* link, std::vector<Record>& records) {
    const UniqueFd fd(bpf_iter_create(bpf_link__fd(link)));
    if (!fd)
        return fail_errno(Errc::unsupported, errno, "cannot start listing the sockets");
    std::vector<char> chunk(1 << 16); // no array: a stack may be as small as that (ulimit -s)
    std::size_t held = 0;             // bytes at the front of the chunk: the first part of a record
    for (;;) {
        const ssize_t got = ::read(fd.get(), chunk.data() + held, chunk.size() - held);
        if (got == 0)
            return {};
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return fail_errno(Errc::io, errno, "cannot list the sockets");
        held += static_cast<std::size_t>(got);
        const std::size_t whole = held / sizeof(Record);
        const std::size_t before = records.size();
        records.resize(before + whole);
        std::memcpy(records.data() + before, chunk.data(), whole * sizeof(Record));
        held -= whole * sizeof(Record);
        std::memmove(chunk.data(), chunk.data() + whole * sizeof(Record), held);
    }
}

} // namespace

void SocketIterators::Delete::operator()(sockets_bpf* skeleton) const {
    sockets_bpf::destroy(skeleton);
}

Result<SocketIterators::SkeletonPtr>
SocketIterators::load_programs(std::span<const char* const> names) {
    const SkeletonPtr skeleton(sockets_bpf::open(open_options()), Delete());
    if (!skeleton)
        return fail_errno(Errc::internal, errno, "cannot open the programs that list sockets");
    for (const char* name : names) {
        bpf_program* program = bpf_object__find_program_by_name(skeleton->obj, name);
        if (program == nullptr)
            return fail(Errc::internal, std::string("no program ") + name);
        bpf_program__set_autoload(program, true);
    }
    // The message becomes a line of the report; what the verifier said is in the log (--verbose).
    if (const int error = sockets_bpf::load(skeleton.get()); error != 0) {
        take_libbpf_warnings();
        return fail_errno(Errc::unsupported, -error,
                          std::string("this kernel refuses the BPF iterator ") + names.front());
    }
    return skeleton;
}

Result<SocketIterators::Iterator> SocketIterators::attach(const SkeletonPtr& skeleton,
                                                          const char* name) {
    Iterator iterator;
    iterator.skeleton = skeleton;
    bpf_program* const program = bpf_object__find_program_by_name(skeleton->obj, name);
    if (program == nullptr)
        return fail(Errc::internal, std::string("no program ") + name);
    iterator.link.reset(bpf_program__attach_iter(program, nullptr));
    if (!iterator.link)
        return fail_errno(Errc::unsupported, errno, "cannot attach");
    return iterator;
}

Result<SocketIterators> SocketIterators::load() {
    // libbpf looks for a type that the kernel itself does not have in its modules; listing those
    // (BPF_BTF_GET_NEXT_ID) takes this capability.
    const RaisedCapability admin(Capability::sys_admin);
    // Together where that works: for each object libbpf reads all types of the kernel. Else each
    // alone: which of them a kernel knows and permits, only loading tells.
    const auto together = load_programs(kPrograms);
    const auto load_one = [&](const char* name) -> Result<Iterator> {
        if (together)
            return attach(*together, name);
        const auto alone = load_programs(std::span(&name, 1));
        if (!alone)
            return fail(alone.error());
        return attach(*alone, name);
    };
    SocketIterators iterators;
    Error last;
    for (std::size_t i = 0; i < kPrograms.size(); ++i) {
        auto loaded = load_one(kPrograms[i]);
        if (!loaded) {
            iterators.missing_.emplace_back(kNames[i]);
            last = loaded.error();
        } else if (i == kFiles) {
            iterators.files_ = std::make_unique<Iterator>(std::move(*loaded));
        } else {
            iterators.protocols_.push_back(std::move(*loaded));
        }
    }
    if (iterators.protocols_.empty() && !iterators.files_)
        return fail(std::move(last).with_context("the kernel lists no sockets"));
    return iterators;
}

Result<std::vector<uf_listed_socket>> SocketIterators::list_here() const {
    std::vector<uf_listed_socket> sockets;
    for (const Iterator& protocol : protocols_)
        if (auto read = read_all(protocol.link.get(), sockets); !read)
            return fail(read.error());
    return sockets;
}

Result<std::vector<uf_open_socket>> SocketIterators::list_open() const {
    std::vector<uf_open_socket> sockets;
    if (files_)
        if (auto read = read_all(files_->link.get(), sockets); !read)
            return fail(read.error());
    return sockets;
}

} // namespace unfreed::bpf
