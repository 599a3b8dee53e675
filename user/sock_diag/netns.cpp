// SPDX-License-Identifier: BSD-2-Clause
#include "sock_diag/netns.h"

#include "base/capabilities.h"
#include "base/log.h"
#include "base/read_file.h"
#include "base/unique_fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace unfreed {
namespace {

constexpr std::string_view kBlank = " ";

std::string_view take_word(std::string_view& line) {
    const std::size_t end = line.find_first_of(kBlank);
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

// "\040" and the like, as mountinfo writes blanks.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '\\' && i + 3 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 4, value, 8).ec == std::errc{}) {
            plain += static_cast<char>(value);
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

// Of /proc/PID/ns/net. 0 with errno: it cannot be told.
std::uint64_t inode_of(const std::string& path) {
    std::array<char, 64> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    return length > 0 ? netns_of_link({target.data(), static_cast<std::size_t>(length)}) : 0;
}

// Of /proc/PID/net/dev, which is another file in each namespace: each has a tree of its own below
// /proc/PID/net, which the kernel shows to everybody (get_proc_task_net()). 0: it has ended.
std::uint64_t devices_of(const std::string& process) {
    struct stat info {};
    return ::stat((process + "/net/dev").c_str(), &info) == 0 ? info.st_ino : 0;
}

// Puts each namespace once, with a few of its files.
class Collector {
  public:
    void add(std::uint64_t inode, std::string path) {
        const auto [known, is_new] = index_.try_emplace(inode, all_.found.size());
        if (is_new)
            all_.found.push_back({inode, {}});
        std::vector<std::string>& paths = all_.found[known->second].paths;
        if (paths.size() < kPaths)
            paths.push_back(std::move(path));
    }
    void add_process(const std::string& process) {
        std::string path = process + std::string(kLink);
        const std::uint64_t inode = inode_of(path);
        if (inode != 0) {
            add(inode, std::move(path));
        } else if (errno == EACCES || errno == EPERM) {
            ++all_.hidden_processes;
            hidden_.insert(devices_of(process));
        }
    }
    NetworkNamespaces take() {
        hidden_.erase(0);
        // Those that have other processes, too, are known.
        for (const NetworkNamespace& one : all_.found)
            for (const std::string& path : one.paths)
                if (!hidden_.empty() && path.ends_with(kLink))
                    hidden_.erase(devices_of(path.substr(0, path.size() - kLink.size())));
        all_.hidden = hidden_.size();
        return std::move(all_);
    }

  private:
    static constexpr std::string_view kLink = "/ns/net";
    static constexpr std::size_t kPaths = 4;
    NetworkNamespaces all_;
    std::map<std::uint64_t, std::size_t> index_; // into all_.found
    std::set<std::uint64_t> hidden_;             // by devices_of()
};

bool is_gone(int error) {
    return error == ENOENT || error == ESRCH;
}

// 0, or why it cannot be entered; ENOENT: none of its files is there any more.
int enter(const NetworkNamespace& wanted) {
    int refused = 0;
    for (const std::string& path : wanted.paths) {
        const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat info {};
        if (!fd || ::fstat(fd.get(), &info) != 0) {
            if (!is_gone(errno))
                refused = errno;
            continue;
        }
        // The number of a process that ended may have been given to another one.
        if (info.st_ino != wanted.inode)
            continue;
        const RaisedCapability admin(Capability::sys_admin);
        return ::setns(fd.get(), CLONE_NEWNET) == 0 ? 0 : errno;
    }
    return refused != 0 ? refused : ENOENT;
}

void visit_all(const std::vector<NetworkNamespace>& namespaces,
               const std::function<void(const NetworkNamespace&)>& visit, NetnsVisit& done) {
    std::uint64_t current = inode_of("/proc/thread-self/ns/net");
    for (const NetworkNamespace& one : namespaces) {
        // To stay where one is needs no CAP_SYS_ADMIN.
        const int error = one.inode == current ? 0 : enter(one);
        if (error == 0) {
            current = one.inode;
            visit(one);
            done.entered.insert(one.inode);
        } else if (is_gone(error)) {
            ++done.gone;
        } else {
            ++done.refused;
            done.error = error;
            log::debug(fmt::format("cannot enter network namespace {}: {}", one.inode,
                                   std::strerror(error)));
        }
    }
}

} // namespace

std::uint64_t netns_of_link(std::string_view link) {
    constexpr std::string_view kPrefix = "net:[";
    std::uint64_t inode = 0;
    if (!link.starts_with(kPrefix))
        return 0;
    link.remove_prefix(kPrefix.size());
    const auto [end, error] = std::from_chars(link.data(), link.data() + link.size(), inode);
    return error == std::errc{} && std::string_view(end, link.data() + link.size()) == "]" ? inode
                                                                                           : 0;
}

std::vector<NetworkNamespace> netns_of_mounts(std::string_view mountinfo) {
    std::vector<NetworkNamespace> namespaces;
    while (!mountinfo.empty()) {
        const std::size_t end = mountinfo.find('\n');
        std::string_view line = mountinfo.substr(0, end);
        mountinfo.remove_prefix(end == std::string_view::npos ? mountinfo.size() : end + 1);
        // id parent device root mount-point ...
        for (int skipped = 0; skipped < 3; ++skipped)
            take_word(line);
        const std::uint64_t inode = netns_of_link(take_word(line));
        if (inode != 0)
            namespaces.push_back({inode, {unescape(take_word(line))}});
    }
    return namespaces;
}

NetworkNamespaces find_network_namespaces() {
    Collector all;
    all.add_process("/proc/self");
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
    while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            all.add_process(fmt::format("/proc/{}", entry->d_name));
    if (const auto mountinfo = read_file("/proc/self/mountinfo"))
        for (NetworkNamespace& bound : netns_of_mounts(*mountinfo))
            all.add(bound.inode, std::move(bound.paths.front()));
    return all.take();
}

NetnsVisit in_each_netns(const std::vector<NetworkNamespace>& namespaces,
                         const std::function<void(const NetworkNamespace&)>& visit) {
    NetnsVisit done;
    std::exception_ptr thrown;
    try {
        std::thread([&] {
            try {
                visit_all(namespaces, visit, done);
            } catch (...) {
                thrown = std::current_exception();
            }
        }).join();
    } catch (const std::system_error& error) {
        // A host without a free PID, a limit of threads: just when a leak is looked for.
        log::debug(fmt::format("no thread to enter network namespaces: {}", error.what()));
        const std::uint64_t own = inode_of("/proc/thread-self/ns/net");
        for (const NetworkNamespace& one : namespaces) {
            if (one.inode == own) {
                visit(one);
                done.entered.insert(one.inode);
            } else {
                ++done.refused;
            }
        }
        done.error = EAGAIN;
    }
    if (thrown)
        std::rethrow_exception(thrown);
    return done;
}

} // namespace unfreed
