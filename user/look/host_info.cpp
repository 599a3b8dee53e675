// SPDX-License-Identifier: BSD-2-Clause
#include "look/host_info.h"

#include <sys/utsname.h>

#include <array>
#include <ctime>
#include <fstream>

namespace unfreed::look {

Report::Host read_host_info() {
    Report::Host host;
    utsname names{};
    if (::uname(&names) == 0) {
        host.hostname = names.nodename;
        host.kernel_release = names.release;
        host.arch = names.machine;
    }
    std::ifstream boot_id("/proc/sys/kernel/random/boot_id");
    std::getline(boot_id, host.boot_id);
    return host;
}

std::string rfc3339_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

} // namespace unfreed::look
