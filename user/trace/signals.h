// SPDX-License-Identifier: BSD-2-Clause
// The signals of a trace. SIGINT, SIGTERM and SIGHUP end it with the report, a second one without.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <csignal>
#include <cstdint>
#include <optional>

namespace unfreed::trace {

// What a process that execs must put back.
struct FormerSignals {
    sigset_t mask{};
    struct sigaction pipe {};
    struct sigaction file_size {};

    void restore() const noexcept; // async-signal-safe
};

// Signals so soon after another are the same wish: timeout(1) sends each to us and to our group.
constexpr std::uint64_t kSameWishNs = 300'000'000;

// Blocks them and SIGCHLD, which come through fd() instead. A SIGHUP that the caller ignores stays
// ignored (nohup); not a SIGINT, which every shell ignores for what a script starts with `&`, so
// that `kill -INT` would never end such a trace. SIGPIPE and SIGXFSZ are errors of write() from now
// on. To be made before the first thread or child; one a process.
class Signals {
  public:
    static Result<Signals> take();

    int fd() const { return fd_.get(); }
    const FormerSignals& former() const { return former_; }

    // While this lives the signals are not blocked: a report may take long, and its reader may
    // stand still. One is remembered, and comes through fd() afterwards; the next one ends the
    // process as if nobody handled it, and with it all that is attached. heard_ns: when the one
    // that brought us here was heard, so that there is but one to come.
    class Unblocked {
      public:
        explicit Unblocked(const Signals& signals, std::optional<std::uint64_t> heard_ns = {});
        Unblocked(const Unblocked&) = delete;
        Unblocked& operator=(const Unblocked&) = delete;
        ~Unblocked();

      private:
        const Signals& signals_;
    };

  private:
    Signals() = default;

    sigset_t ending_{}; // what ends a trace
    FormerSignals former_;
    UniqueFd fd_;
};

} // namespace unfreed::trace
