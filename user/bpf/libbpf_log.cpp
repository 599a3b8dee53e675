// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/libbpf_log.h"

#include "base/log.h"
#include "bpf/handles.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

namespace unfreed::bpf {
namespace {

constexpr std::size_t kKeptBytes = 4096;

struct Kept {
    std::mutex mutex;
    std::string warnings;
};

Kept& kept() {
    static Kept instance; // libbpf's callback has no context argument
    return instance;
}

int on_message(libbpf_print_level level, const char* format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(nullptr, 0, format, arguments);
    std::string line(static_cast<std::size_t>(std::max(length, 0)) + 1, '\0');
    std::vsnprintf(line.data(), line.size(), format, again);
    va_end(again);
    line.pop_back();
    while (!line.empty() && line.back() == '\n')
        line.pop_back();
    log::debug(line);
    if (level == LIBBPF_WARN) {
        std::scoped_lock lock(kept().mutex);
        std::string& warnings = kept().warnings;
        warnings += line;
        warnings += '\n';
        if (warnings.size() > kKeptBytes)
            warnings.erase(0, warnings.size() - kKeptBytes);
    }
    return 0;
}

} // namespace

void route_libbpf_messages() {
    libbpf_set_print(on_message);
}

std::string take_libbpf_warnings() {
    std::scoped_lock lock(kept().mutex);
    return std::exchange(kept().warnings, {});
}

} // namespace unfreed::bpf
