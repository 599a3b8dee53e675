// SPDX-License-Identifier: BSD-2-Clause
#include "stalled_fuse.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

namespace unfreed::e2e {
namespace {

volatile std::sig_atomic_t stalled = 0;

constexpr std::uint64_t kFile = 2;

// Answers the requests of one mount until the connection ends.
class Server {
  public:
    Server(int device, std::string content) : device_(device), content_(std::move(content)) {}

    void serve() {
        alignas(fuse_in_header) std::array<char, 256 * 1024> buffer;
        for (;;) {
            const ssize_t got = ::read(device_, buffer.data(), buffer.size());
            if (got >= static_cast<ssize_t>(sizeof(fuse_in_header)))
                answer(*reinterpret_cast<fuse_in_header*>(buffer.data()),
                       buffer.data() + sizeof(fuse_in_header));
            else if (got < 0 && errno != EINTR && errno != EAGAIN && errno != ENOENT)
                return;
        }
    }

  private:
    void reply(const fuse_in_header& to, const void* body, std::size_t size, int error = 0) {
        fuse_out_header header{};
        header.len = static_cast<std::uint32_t>(sizeof(header) + size);
        header.error = -error;
        header.unique = to.unique;
        std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
        bytes.append(static_cast<const char*>(body), size);
        const ssize_t ignored = ::write(device_, bytes.data(), bytes.size());
        (void)ignored;
    }
    template <class Body>
    void reply(const fuse_in_header& to, const Body& body) {
        reply(to, &body, sizeof(body));
    }

    fuse_attr attributes(std::uint64_t node) const {
        fuse_attr attributes{};
        attributes.ino = node;
        attributes.mode = node == kFile ? S_IFREG | 0755 : S_IFDIR | 0755;
        attributes.nlink = 1;
        attributes.size = node == kFile ? content_.size() : 0;
        attributes.blksize = 4096;
        return attributes;
    }

    void answer(const fuse_in_header& request, const char* body) {
        switch (request.opcode) {
        case FUSE_INIT: {
            fuse_init_out out{};
            out.major = FUSE_KERNEL_VERSION;
            out.minor = FUSE_KERNEL_MINOR_VERSION;
            out.max_readahead = 65536;
            out.max_write = 131072;
            return reply(request, out);
        }
        case FUSE_LOOKUP: {
            if (std::strcmp(body, "stalled") != 0)
                return reply(request, nullptr, 0, ENOENT);
            fuse_entry_out out{};
            out.nodeid = kFile;
            out.attr = attributes(kFile);
            return reply(request, out);
        }
        case FUSE_GETATTR: {
            fuse_attr_out out{};
            out.attr = attributes(request.nodeid);
            return reply(request, out);
        }
        case FUSE_OPEN:
        case FUSE_OPENDIR:
            if (!stalled)
                reply(request, fuse_open_out{});
            return;
        case FUSE_READ: {
            const auto& in = *reinterpret_cast<const fuse_read_in*>(body);
            const std::size_t at = std::min<std::size_t>(in.offset, content_.size());
            const std::size_t size = std::min<std::size_t>(in.size, content_.size() - at);
            return reply(request, content_.data() + at, size);
        }
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
            return;
        case FUSE_RELEASE:
        case FUSE_FLUSH:
            return reply(request, nullptr, 0);
        default:
            return reply(request, nullptr, 0, ENOSYS);
        }
    }

    int device_;
    std::string content_;
};

[[noreturn]] void run_server(int device, const std::string& program) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct sigaction action {};
    action.sa_handler = [](int) { stalled = 1; };
    ::sigaction(SIGUSR1, &action, nullptr);
    std::ostringstream content;
    content << std::ifstream(program, std::ios::binary).rdbuf();
    Server(device, content.str()).serve();
    ::_exit(0);
}

} // namespace

std::unique_ptr<StalledFuse> StalledFuse::mount(const std::string& program) {
    const int device = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    std::string directory = "/tmp/unfreed-e2e-fuse-XXXXXX";
    if (device < 0 || ::mkdtemp(directory.data()) == nullptr)
        return nullptr;
    const std::string options =
        "fd=" + std::to_string(device) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
    if (::mount("stalled", directory.c_str(), "fuse.stalled", 0, options.c_str()) != 0) {
        ::close(device);
        ::rmdir(directory.c_str());
        return nullptr;
    }
    std::unique_ptr<StalledFuse> fuse(new StalledFuse);
    fuse->directory_ = directory;
    fuse->server_ = ::fork();
    if (fuse->server_ == 0)
        run_server(device, program);
    ::close(device);
    return fuse;
}

StalledFuse::~StalledFuse() {
    ::umount2(directory_.c_str(), MNT_DETACH);
    ::kill(server_, SIGKILL); // and whoever waits gets an error
    ::waitpid(server_, nullptr, 0);
    ::rmdir(directory_.c_str());
}

void StalledFuse::stall() {
    ::kill(server_, SIGUSR1);
}

} // namespace unfreed::e2e
