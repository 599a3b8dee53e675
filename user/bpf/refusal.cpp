// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/refusal.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace unfreed::bpf {
namespace {

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

} // namespace

std::string telling_line(std::string_view said) {
    std::string_view first, before;
    while (!said.empty()) {
        const std::string_view line = take_line(said);
        // The verifier's statistics come right behind the instruction that it refused.
        if (line.starts_with("processed ") && !before.empty())
            return std::string(before);
        if (first.empty())
            first = line;
        if (!line.empty())
            before = line;
    }
    return std::string(first);
}

Error refusal(int error, std::string_view what, std::string_view said) {
    const auto sentence = [&](Errc code, std::string_view advice) {
        return Error{
            code, error,
            fmt::format("the kernel refuses {}: {}; {}", what, std::strerror(error), advice)};
    };
    switch (error) {
    case ENOMEM:
        return sentence(Errc::limit,
                        "its tables must fit the free memory, and the limit of the memory cgroup "
                        "that this process is in: make them smaller (--max-objects, --ring-size; "
                        "\"unfreed doctor\" tells their sizes), or raise the limit");
    case EPERM:
    case EACCES:
        if (error == EPERM || said.find("processed ") == std::string_view::npos)
            return sentence(Errc::permission,
                            "tracing may be forbidden here: by kernel lockdown (confidentiality), "
                            "by a security module (SELinux, AppArmor) or by the limits of a "
                            "container (seccomp)");
        break;
    default:
        break;
    }
    const std::string reason = telling_line(said);
    return sentence(Errc::unsupported, fmt::format("{}{}please report this with the output of -v",
                                                   reason, reason.empty() ? "" : "; "));
}

} // namespace unfreed::bpf
