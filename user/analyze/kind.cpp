// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/kind.h"

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

constexpr std::array kRows{
    KindRow{Kind::never_closed, "never-closed", "released", Verdict::live,
            "Close the descriptor where the program is done with the socket; the stack shows where "
            "it was made."},
    KindRow{Kind::never_closed_peer_gone, "never-closed-peer-gone", "released", Verdict::live,
            "Close the socket when reading from it gives an end of file or an error: nothing more "
            "can come of it."},
    KindRow{Kind::half_closed, "half-closed", "released", Verdict::live,
            "shutdown() does not free a socket: close it too, at the latest when the peer has not "
            "answered for long enough."},
    KindRow{Kind::never_accepted, "never-accepted", "accepted", Verdict::live,
            "Look at the accept() loop of the listener's program: it is stuck, too slow, or out of "
            "descriptors."},
    KindRow{Kind::in_flight, "in-flight", "received", Verdict::in_flight,
            "Look at the program that should receive the descriptor (recvmsg), or close the socket "
            "that holds the message."},
    KindRow{Kind::no_descriptor, "no-descriptor", "", Verdict::live,
            "Cancel what waits for the socket in an io_uring before it is closed, receive the "
            "message that it is in, or look for kernel code that took its file and did not put it "
            "(fget without fput)."},
    KindRow{Kind::closed_still_alive, "closed-still-alive", "destroyed", Verdict::live,
            "Look at the peer or the network: the program has closed it, but the kernel has not "
            "finished."},
    KindRow{Kind::closed_unexplained, "closed-unexplained", "unreferenced", Verdict::live,
            "Suspect the kernel code or module that used the socket: a reference was taken and not "
            "put (sock_hold without sock_put)."},
    KindRow{Kind::memory_not_returned, "memory-not-returned", "memory_returned", Verdict::live,
            "Suspect the kernel code or module that used the socket: its memory account was wrong "
            "when it died, and the rest stays charged to the protocol for ever."},
    KindRow{Kind::path_deleted, "path-deleted", "released", Verdict::live,
            "Nobody can connect to it any more: the program that unlinked or replaced the path "
            "should close it."},
    KindRow{Kind::abstract_name, "abstract-name", "released", Verdict::live,
            "Close the descriptor to set the name free: an abstract name stays bound as long as "
            "the socket is open."},
    KindRow{Kind::listener, "listener", "", Verdict::live,
            "A listener is meant to live: too many of them would be a leak."},
    KindRow{Kind::not_accepting, "not-accepting", "", Verdict::live,
            "Look at the accept() loop of its program: it is stuck, too slow, or out of "
            "descriptors."},
    KindRow{Kind::buffer_hog, "buffer-hog", "", Verdict::live,
            "Read what has come, or look why the peer does not read; a smaller SO_RCVBUF or "
            "SO_SNDBUF bounds the memory."},
    KindRow{Kind::kernel_socket, "kernel-socket", "released", Verdict::live,
            "Kernel code made it for itself, and mostly means to keep it: the stack shows which."},
    KindRow{Kind::open, "open", "", Verdict::live, ""},
    KindRow{Kind::pinned, "pinned", "unreferenced", Verdict::pinned,
            "no open file, directory in use or mount holds it: look for a dget() without its "
            "dput() in the kernel code that was given this path"},
    KindRow{Kind::kept_by_fs, "kept-by-fs", "", Verdict::live,
            "a file of a file system in memory: it stays until it is deleted"},
    KindRow{Kind::negative, "negative", "", Verdict::cached, ""},
    KindRow{Kind::negative_flood, "negative-flood", "", Verdict::cached,
            "names that do not exist are looked up, ever new ones, and the kernel remembers each: "
            "look for them less often, always under the same name, or in a directory that is "
            "removed afterwards. The kernel takes the memory back when it needs it"},
    KindRow{Kind::unused, "unused", "", Verdict::cached, ""},
    KindRow{Kind::unused_growth, "unused-growth", "", Verdict::cached,
            "cache of files that exist: the kernel takes it back when it needs the memory; "
            "vm.vfs_cache_pressure above 100 makes it do so sooner"},
    KindRow{Kind::outstanding, "outstanding", "", Verdict::live, ""},
};
static_assert(kRows.size() == static_cast<std::size_t>(Kind::count_));

} // namespace

const KindRow& row_of(Kind kind) {
    const auto* const found = std::find_if(kRows.begin(), kRows.end(),
                                           [kind](const KindRow& row) { return row.kind == kind; });
    return found != kRows.end() ? *found : kRows.back();
}

Kind kind_of(const KindInput& input) {
    switch (input.object.slot.object_class) {
    case ObjectClass::socket:
        return socket_kind(input);
    case ObjectClass::dentry:
        return dentry_kind(input);
    default:
        return Kind::outstanding;
    }
}

Kind kind_released_at_exit(ObjectClass object_class) {
    LiveObject object;
    object.slot.object_class = object_class;
    return kind_of({object, 0, UF_STAGE_MASK, true});
}

} // namespace unfreed
