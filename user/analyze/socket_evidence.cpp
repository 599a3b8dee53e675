// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_evidence.h"

#include "analyze/evidence.h"
#include "analyze/socket_state.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>

namespace unfreed {
namespace {

using Sockets = std::vector<const LiveObject*>;

std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 10 * 1024)
        return fmt::format("{} bytes", bytes);
    if (bytes < 10 * 1024 * 1024)
        return fmt::format("{} KiB", bytes / 1024);
    return fmt::format("{} MiB", bytes / (1024 * 1024));
}

std::string range_text(std::uint64_t low, std::uint64_t high) {
    return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
}

class Clauses {
  public:
    Clauses(const Sockets& sockets, const SocketRelations& relations, std::uint32_t one_in)
        : sockets_(sockets), relations_(relations), one_in_(one_in) {}

    std::vector<std::string> of(Kind kind) && {
        switch (kind) {
        case Kind::never_closed:
            idle();
            break;
        case Kind::never_closed_peer_gone:
            peers_gone();
            idle();
            queues(false);
            break;
        case Kind::half_closed:
            add(count([](const auto&) { return true; }),
                "shut down for sending, the peer has not closed");
            idle();
            break;
        case Kind::never_accepted:
            waiting();
            add(count([](const auto& facts) {
                    return facts.socket.state == SocketState::close_wait;
                }),
                "in CLOSE-WAIT: the peer has closed");
            received("");
            break;
        case Kind::closed_still_alive:
            holds();
            queues(false);
            break;
        case Kind::closed_unexplained:
            references();
            break;
        case Kind::in_flight:
            add(sockets_.size(), "in messages (SCM_RIGHTS) that nobody has received");
            break;
        case Kind::no_descriptor:
            places_without_process();
            listeners();
            break;
        case Kind::listener:
        case Kind::not_accepting:
            accept_queues();
            break;
        case Kind::buffer_hog:
            queues(true);
            break;
        default:
            break;
        }
        return std::move(clauses_);
    }

  private:
    void add(std::uint64_t sockets, std::string_view what) {
        if (sockets)
            clauses_.push_back(fmt::format("{} {}", sockets * one_in_, what));
    }

    std::uint64_t count(const std::function<bool(const ObjectFacts&)>& is) const {
        return static_cast<std::uint64_t>(
            std::count_if(sockets_.begin(), sockets_.end(),
                          [&](const LiveObject* object) { return is(*object->facts); }));
    }

    std::uint64_t sum(const std::function<std::uint64_t(const ObjectFacts&)>& value) const {
        std::uint64_t total = 0;
        for (const LiveObject* object : sockets_)
            total += value(*object->facts);
        return total * one_in_;
    }

    void idle() {
        std::optional<std::uint64_t> low, high;
        for (const LiveObject* object : sockets_)
            if (const auto idle_ns = object->facts->socket.idle_ns) {
                low = std::min(low.value_or(*idle_ns), *idle_ns);
                high = std::max(high.value_or(*idle_ns), *idle_ns);
            }
        if (!low)
            return;
        const std::string least = duration_text(*low), most = duration_text(*high);
        clauses_.push_back(least == most ? "idle for " + least
                                         : fmt::format("idle for {} to {}", least, most));
    }

    void peers_gone() {
        const auto gone = [this](PeerGone how) {
            return count([how](const auto& facts) { return peer_gone(facts.socket) == how; });
        };
        add(gone(PeerGone::peer_closed), "in CLOSE-WAIT: the peer has closed");
        add(gone(PeerGone::connection_over), "in state CLOSE: the connection is over");
        add(gone(PeerGone::unix_peer_dead), "whose peer has been closed");
    }

    void holds() {
        constexpr std::array<std::string_view, static_cast<std::size_t>(Hold::count_)> kHolds = {
            "without an explanation",
            "in FIN-WAIT-1: the peer has not acknowledged everything",
            "in FIN-WAIT-2: the peer has not closed",
            "in CLOSING: the peer's last ACK is missing",
            "in LAST-ACK: the peer's last ACK is missing",
            "in another state of TCP",
            "in close(), which waits until all is sent (SO_LINGER)",
            "in close() at this moment",
            "whose last packets are still on their way",
            "held by the unix socket at their other end, which is open",
            "that a unix socket may hold which was not found",
            "held by a timer",
        };
        for (std::size_t i = 0; i < kHolds.size(); ++i)
            add(count([i](const auto& facts) { return hold_of(facts) == static_cast<Hold>(i); }),
                kHolds[i]);
        add(count([](const auto& facts) { return facts.socket.retransmits != 0; }),
            "retransmitting");
        add(count([](const auto& facts) { return facts.socket.window_closed; }),
            "whose peer takes nothing more (closed window)");
        peers();
    }

    // Who has the unix sockets that hold closed ones.
    void peers() {
        constexpr std::size_t kOwners = 3;
        std::set<std::string> owners;
        for (const LiveObject* object : sockets_)
            for (const LiveObject* peer : relations_.connected_to(object->slot.address))
                owners.insert(relations_.holder_of(*peer));
        const std::size_t more = owners.size() - std::min(owners.size(), kOwners);
        while (owners.size() > kOwners)
            owners.erase(std::prev(owners.end()));
        if (!owners.empty())
            clauses_.push_back(fmt::format("the other end is that of {}{}", fmt::join(owners, ", "),
                                           more ? fmt::format(" and {} more", more) : ""));
    }

    void places_without_process() {
        // What is followed was made by a process that could be seen.
        const bool older = sockets_.front()->slot.birth_ns == 0;
        const std::uint64_t hidden = older ? relations_.hidden_processes() : 0;
        add(sockets_.size(),
            hidden ? fmt::format("in no descriptor that can be seen: {} of this host may not be "
                                 "looked at, and may have them",
                                 hidden == 1 ? "1 process" : fmt::format("{} processes", hidden))
                   : "in no descriptor of any process: in requests of an io_uring, in messages "
                     "(SCM_RIGHTS), or used by the kernel");
    }

    // Whose connections they were before they were in no descriptor.
    void listeners() {
        std::map<std::string, std::uint64_t> places;
        for (const LiveObject* object : sockets_) {
            const SocketFacts& socket = object->facts->socket;
            const Sockets& owners = relations_.listeners_of(socket);
            if (socket.state != SocketState::listen && !owners.empty())
                ++places[fmt::format("{} of {}", endpoint(owners.front()->facts->socket),
                                     relations_.holder_of(*owners.front()))];
        }
        if (places.size() == 1)
            add(places.begin()->second, "came to " + places.begin()->first);
    }

    void references() {
        const auto less = [](const LiveObject* a, const LiveObject* b) {
            return a->facts->refcount < b->facts->refcount;
        };
        const auto [low, high] = std::minmax_element(sockets_.begin(), sockets_.end(), less);
        const std::string range =
            range_text(static_cast<std::uint64_t>(std::max((*low)->facts->refcount, 0)),
                       static_cast<std::uint64_t>(std::max((*high)->facts->refcount, 0)));
        clauses_.push_back(
            fmt::format("{} {} each that no timer, packet or connection accounts for", range,
                        range == "1" ? "reference" : "references"));
    }

    void received(const std::string& limit) {
        if (const auto bytes =
                sum([](const auto& facts) { return receive_queue_bytes(facts.socket); }))
            clauses_.push_back(
                fmt::format("{} in receive queues that nobody reads{}", bytes_text(bytes), limit));
    }

    // Memory in queues; the limits with it where it is much.
    void queues(bool limits) {
        received(limits ? limit(&SocketFacts::rcvbuf_set, &SocketFacts::rcvbuf,
                                &SocketFacts::rcvbuf_max, "RCVBUF", "tcp_rmem")
                        : "");
        if (const auto bytes =
                sum([](const auto& facts) { return send_queue_bytes(facts.socket); }))
            clauses_.push_back(
                fmt::format("{} in send queues that the peer has not taken{}", bytes_text(bytes),
                            limits ? limit(&SocketFacts::sndbuf_set, &SocketFacts::sndbuf,
                                           &SocketFacts::sndbuf_max, "SNDBUF", "tcp_wmem")
                                   : ""));
    }

    std::string limit(bool SocketFacts::*set, std::int32_t SocketFacts::*buffer,
                      std::uint32_t SocketFacts::*tuned_max, std::string_view option,
                      std::string_view sysctl) const {
        std::int32_t most = 0;
        std::uint32_t max = 0;
        std::uint64_t by_hand = 0;
        for (const LiveObject* object : sockets_) {
            const SocketFacts& socket = object->facts->socket;
            most = std::max(most, socket.*buffer);
            max = std::max(max, socket.*tuned_max);
            by_hand += socket.*set;
        }
        const std::string at_most = bytes_text(static_cast<std::uint64_t>(most));
        if (by_hand == sockets_.size())
            return fmt::format(" (SO_{} set by the program: {} each)", option, at_most);
        if (max == 0)
            return fmt::format(" (SO_{}: {} each)", option, at_most);
        return fmt::format(" (SO_{}: now {} each{}; the kernel tunes it up to {}, {})", option,
                           at_most, by_hand ? fmt::format(", {} set by the program", by_hand) : "",
                           bytes_text(max), sysctl);
    }

    void accept_queues() {
        const auto waiting =
            sum([](const auto& facts) { return std::uint64_t{facts.socket.accept_queue}; });
        if (waiting == 0)
            return;
        const std::uint64_t room =
            sum([](const auto& facts) { return std::uint64_t{facts.socket.accept_queue_max}; });
        const SocketFacts& first = sockets_.front()->facts->socket;
        const bool has_address = sockets_.size() == 1 && !is_unix(first);
        clauses_.push_back(fmt::format("{} for accept(){}{}",
                                       waiting == 1 ? "1 connection waits"
                                                    : fmt::format("{} connections wait", waiting),
                                       has_address ? " at " + endpoint(first) : "",
                                       room ? fmt::format(", of {} at most", room) : ""));
    }

    static std::string endpoint(const SocketFacts& socket) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (is_unix(socket))
            return "a unix listener";
        if (::inet_ntop(socket.family, socket.local.data(), text.data(), text.size()) == nullptr)
            return "a listener";
        return socket.family == AF_INET6 ? fmt::format("[{}]:{}", text.data(), socket.local_port)
                                         : fmt::format("{}:{}", text.data(), socket.local_port);
    }

    // At which listeners, whose, and how long their queues are.
    void waiting() {
        std::map<std::string, std::uint64_t> places;
        for (const LiveObject* object : sockets_) {
            const SocketFacts& socket = object->facts->socket;
            const Sockets& owners = relations_.listeners_of(socket);
            std::string place = endpoint(socket);
            if (owners.empty()) {
                place += ", whose listener is not known";
            } else {
                const SocketFacts& listener = owners.front()->facts->socket;
                place = fmt::format("{} of {}, {} in a queue of at most {}", endpoint(listener),
                                    relations_.owner_of(*owners.front()), listener.accept_queue,
                                    listener.accept_queue_max);
                if (owners.size() > 1)
                    place = fmt::format("one of {} listeners, the first {}", owners.size(), place);
            }
            ++places[place];
        }
        constexpr std::size_t kPlaces = 3;
        for (const auto& [place, sockets] : places) {
            if (clauses_.size() == kPlaces) {
                clauses_.push_back(fmt::format("and at {} more", places.size() - kPlaces));
                break;
            }
            add(sockets, sockets == 1 ? "waits at " + place : "wait at " + place);
        }
    }

    const Sockets& sockets_;
    const SocketRelations& relations_;
    const std::uint32_t one_in_;
    std::vector<std::string> clauses_;
};

} // namespace

std::vector<std::string> socket_evidence(Kind kind, const std::vector<const LiveObject*>& objects,
                                         const SocketRelations& relations, std::uint32_t one_in) {
    Sockets sockets;
    std::copy_if(objects.begin(), objects.end(), std::back_inserter(sockets),
                 [](const LiveObject* object) {
                     return object->slot.object_class == ObjectClass::socket && object->facts;
                 });
    if (sockets.empty())
        return {};
    return Clauses(sockets, relations, one_in).of(kind);
}

std::string charged_text(const ChargedDead& dead, std::uint32_t one_in) {
    std::string text = fmt::format("{} died with memory charged to {}:", dead.count * one_in,
                                   dead.count == 1 ? "it" : "them");
    const auto add = [&](std::string_view name, std::int64_t bytes) {
        if (bytes)
            text += fmt::format(" {} {} bytes", name, bytes * one_in);
    };
    add("sk_rmem_alloc", dead.rmem_alloc);
    add("sk_wmem_queued", dead.wmem_queued);
    add("sk_forward_alloc", dead.forward_alloc);
    return text;
}

} // namespace unfreed
