// SPDX-License-Identifier: BSD-2-Clause
// Runs programs for the end-to-end tests and keeps what they print.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace unfreed::e2e {

struct Finished {
    int status = -1; // exit status, or 128 + signal
    std::string out;
    std::string err;
};

// Far more than anything takes, attaching in an emulated machine under load too. That a program has
// ended is noticed at once: this only bounds a hang.
constexpr std::chrono::seconds kPatience{300};

class RecordingCheck;

// A started program. Killed, if it still runs, when this object goes.
class Process {
  public:
    explicit Process(const std::vector<std::string>& command);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    pid_t pid() const { return pid_; }
    void signal(int number) const { ::kill(pid_, number); }
    // Waits until stdout (stdout_too false: stderr) has this text. False: it ended or took too
    // long.
    bool wait_for(const std::string& text, bool in_stderr = false,
                  std::chrono::milliseconds patience = kPatience);
    // What it has printed on stderr so far.
    const std::string& errors() const { return finished_.err; }
    // Waits for its end and gives everything it printed.
    Finished finish(std::chrono::seconds patience = kPatience);

  private:
    void pump(int timeout_ms);

    std::shared_ptr<RecordingCheck> recording_;
    pid_t pid_ = -1;
    int out_fd_ = -1;
    int err_fd_ = -1;
    Finished finished_;
    bool done_ = false;
};

Finished run(const std::vector<std::string>& command);

} // namespace unfreed::e2e
