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

struct Protocol {
    const char* name;
    const char* program;
};
constexpr std::array kProtocols{Protocol{"tcp", "list_tcp"}, Protocol{"udp", "list_udp"},
                                Protocol{"unix", "list_unix"}, Protocol{"netlink", "list_netlink"}};

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

// Each alone: which of them a kernel knows and permits, only loading tells.
Result<SocketIterators::Iterator> SocketIterators::load_one(const char* name) {
    Iterator iterator;
    iterator.skeleton.reset(sockets_bpf::open(open_options()));
    if (!iterator.skeleton)
        return fail_errno(Errc::internal, errno, "cannot open the programs that list sockets");
    bpf_program* program = bpf_object__find_program_by_name(iterator.skeleton->obj, name);
    if (program == nullptr)
        return fail(Errc::internal, std::string("no program ") + name);
    bpf_program__set_autoload(program, true);
    // The message becomes a line of the report; what the verifier said is in the log (--verbose).
    if (const int error = sockets_bpf::load(iterator.skeleton.get()); error != 0) {
        take_libbpf_warnings();
        return fail_errno(Errc::unsupported, -error,
                          std::string("this kernel refuses the BPF iterator ") + name);
    }
    iterator.link.reset(bpf_program__attach_iter(program, nullptr));
    if (!iterator.link)
        return fail_errno(Errc::unsupported, errno, "cannot attach");
    return iterator;
}

Result<SocketIterators> SocketIterators::load() {
    // libbpf looks for a type that the kernel itself does not have in its modules; listing those
    // (BPF_BTF_GET_NEXT_ID) takes this capability.
    const RaisedCapability admin(Capability::sys_admin);
    SocketIterators iterators;
    Error last;
    for (const Protocol& protocol : kProtocols) {
        auto loaded = load_one(protocol.program);
        if (loaded) {
            iterators.protocols_.push_back(std::move(*loaded));
            continue;
        }
        iterators.missing_.emplace_back(protocol.name);
        last = loaded.error();
    }
    auto files = load_one("list_open");
    if (files) {
        iterators.files_ = std::make_unique<Iterator>(std::move(*files));
    } else {
        iterators.missing_.emplace_back("files");
        last = files.error();
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
