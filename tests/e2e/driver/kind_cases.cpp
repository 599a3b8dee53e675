// SPDX-License-Identifier: BSD-2-Clause
#include "kind_cases.h"

#include "tool.h"

namespace unfreed::e2e {

void PrintTo(const KindCase& tested, std::ostream* out) {
    *out << tested.name;
}

std::vector<KindCase> kind_cases() {
    return {
        KindCase{"never_closed", "udp_leaker", "", {{"never-closed", 10}}, "never-closed", "10 "},
        KindCase{"close_wait",
                 "accept_leaker",
                 "",
                 {{"never-closed-peer-gone", 10}},
                 "never-closed-peer-gone",
                 "10 in CLOSE-WAIT"},
        KindCase{"half_closed",
                 "tcpkind_leaker",
                 "half-closed",
                 {{"half-closed", 10}, {"never-closed-peer-gone", 10}},
                 "half-closed",
                 "10 shut down for sending"},
        KindCase{"reset",
                 "tcpkind_leaker",
                 "reset",
                 {{"never-closed-peer-gone", 10}},
                 "never-closed-peer-gone",
                 "10 in state CLOSE"},
        KindCase{"fin_wait_2",
                 "tcpkind_leaker",
                 "fin-wait-2",
                 {{"closed-still-alive", 10}, {"never-closed-peer-gone", 10}},
                 "closed-still-alive",
                 "10 in FIN-WAIT-2"},
        KindCase{"full_queues",
                 "tcpkind_leaker",
                 "full",
                 {{"buffer-hog", 20}},
                 "buffer-hog",
                 "SO_SNDBUF set by the program",
                 "10 set by the program"},
        KindCase{"unsent_data",
                 "tcpkind_leaker",
                 "unsent",
                 {{"buffer-hog", 10}, {"closed-still-alive", 10}},
                 "closed-still-alive",
                 "10 in FIN-WAIT-1"},
        KindCase{"lingering",
                 "tcpkind_leaker",
                 "linger",
                 {{"buffer-hog", 10}, {"closed-still-alive", 10}},
                 "closed-still-alive",
                 "10 in close(), which waits until all is sent (SO_LINGER)"},
        KindCase{
            "tcp_listener", "tcpkind_leaker", "listener", {{"listener", 10}}, "listener", "10 "},
        KindCase{"unix_peer_closed",
                 "socketpair_leaker",
                 "",
                 {{"never-closed-peer-gone", 10}, {"closed-still-alive", 10}},
                 "closed-still-alive",
                 "10 held by the unix socket at their other end"},
        KindCase{"unix_path_deleted",
                 "unixkind_leaker",
                 "deleted",
                 {{"path-deleted", 10}},
                 "path-deleted",
                 "10 "},
        KindCase{"unix_abstract",
                 "unixkind_leaker",
                 "abstract",
                 {{"abstract-name", 10}},
                 "abstract-name",
                 "10 "},
        KindCase{
            "unix_listener", "unixkind_leaker", "listener", {{"listener", 10}}, "listener", "10 "},
        // The pair that carries the messages stays, too.
        KindCase{"unix_in_flight",
                 "unixkind_leaker",
                 "in-flight",
                 {{"in-flight", 10}, {"never-closed", 2}},
                 "in-flight",
                 "10 in messages (SCM_RIGHTS)"},
        KindCase{"udp_in_flight",
                 "unixkind_leaker",
                 "udp-in-flight",
                 {{"no-descriptor", 10}, {"never-closed", 2}},
                 "no-descriptor",
                 "10 in no descriptor "},
        KindCase{"unix_never_accepted",
                 "unixkind_leaker",
                 "unaccepted",
                 {{"never-accepted", 10}, {"never-closed", 10}, {"not-accepting", 1}},
                 "never-accepted",
                 "10 in a queue of at most 10"},
        KindCase{"unix_full_queue",
                 "unixkind_leaker",
                 "full",
                 {{"buffer-hog", 10}, {"never-closed", 10}},
                 "buffer-hog",
                 "in send queues that the peer has not taken"},
        KindCase{"inherited", "inherit_leaker", "", {{"never-closed", 10}}, "never-closed", "10 "}};
}

std::vector<std::string> kind_command(const std::string& program, const std::string& count,
                                      const std::string& kind, const std::string& dir) {
    std::vector<std::string> words{program_path(program), count, "--hold", "forever"};
    if (!kind.empty())
        words.insert(words.end(), {"--kind", kind});
    if (program == "unixkind_leaker" && !dir.empty())
        words.insert(words.end(), {"--dir", dir});
    return words;
}

} // namespace unfreed::e2e
