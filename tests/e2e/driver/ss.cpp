// SPDX-License-Identifier: BSD-2-Clause
#include "ss.h"

#include "process.h"

#include <sstream>
#include <vector>

namespace unfreed::e2e {
namespace {

// ss has "*" for port 0 and, of IPv6, for any address.
std::string plain_address(std::string address, bool v6) {
    if (address.ends_with(":*"))
        address.replace(address.size() - 1, 1, "0");
    if (v6 && address.starts_with("*:"))
        address.replace(0, 1, "[::]");
    return address;
}

// users:(("name",pid=1,fd=3),("name",pid=2,fd=3))
std::set<std::pair<pid_t, int>> parse_users(const std::string& word) {
    std::set<std::pair<pid_t, int>> users;
    for (std::size_t at = 0; (at = word.find("pid=", at)) != std::string::npos;) {
        const std::size_t fd = word.find("fd=", at);
        users.emplace(std::stoi(word.substr(at + 4)), std::stoi(word.substr(fd + 3)));
        at = fd;
    }
    return users;
}

void parse_extra(const std::string& word, SsRow& row) {
    if (word.starts_with("ino:") && word != "ino:0")
        row.inode = word.substr(4);
    else if (word.starts_with("skmem:("))
        row.skmem = word.substr(7, word.find(')') - 7);
    else if (word.starts_with("users:("))
        row.holders = parse_users(word);
}

} // namespace

SsRow parse_ss_line(const std::string& line) {
    std::istringstream words(line);
    std::string kind, word;
    SsRow row;
    words >> kind >> row.state >> row.recv_q >> row.send_q >> row.local;
    const bool is_unix = kind.starts_with("u_");
    std::string unix_inode, peer, peer_inode;
    if (is_unix) {
        words >> unix_inode >> peer >> peer_inode;
    } else {
        words >> row.remote;
        const bool v6 = row.local.starts_with('[') || row.remote.starts_with('[');
        row.local = plain_address(row.local, v6);
        row.remote = plain_address(row.remote, v6);
    }
    while (words >> word)
        parse_extra(word, row);
    if (is_unix) // "ino:" is the inode of its path
        row.inode = unix_inode == "0" ? "" : unix_inode;
    row.peer_inode = peer_inode == "0" ? "" : peer_inode;
    return row;
}

std::optional<SsRows> read_ss() {
    SsRows rows;
    for (const char* families : {"-tu", "-x"}) {
        const Finished ss = run({"ss", "-H", "-O", "-a", "-n", "-e", "-m", "-p", families});
        if (ss.status == 127)
            return std::nullopt;
        std::istringstream lines(ss.out);
        for (std::string line; std::getline(lines, line);) {
            const SsRow row = parse_ss_line(line);
            rows[row.inode.empty() ? row.local + ">" + row.remote : row.inode] = row;
        }
    }
    return rows;
}

} // namespace unfreed::e2e
