// SPDX-License-Identifier: BSD-2-Clause
// The one error vocabulary of the project: Result<T> for what can fail.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace unfreed {

enum class Errc {
    usage,       // the user asked for something that makes no sense
    unsupported, // this kernel or build cannot do it
    permission,  // a capability is missing
    not_found,
    malformed, // input that does not follow its format
    io,
    limit, // a size or count limit was hit
    internal,
};

// What went wrong, as a sentence a user can act on. os_errno is 0 when no system call failed.
struct Error {
    Errc code = Errc::internal;
    int os_errno = 0;
    std::string message;

    // Puts what was being done in front: "cannot open the report: permission denied".
    Error with_context(std::string_view doing) && {
        message = std::string(doing) + ": " + message;
        return std::move(*this);
    }
};

template <class T = void>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Errc code, std::string message) {
    return tl::unexpected<Error>(Error{code, 0, std::move(message)});
}

inline tl::unexpected<Error> fail_errno(Errc code, int os_errno, std::string message) {
    message += ": ";
    message += std::strerror(os_errno);
    return tl::unexpected<Error>(Error{code, os_errno, std::move(message)});
}

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

} // namespace unfreed
