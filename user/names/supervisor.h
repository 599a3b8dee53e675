// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "names/channel.h"
#include "names/messages.h"
#include "names/progress.h"
#include "names/worker.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed::names {

// Why something has no names, counted in what was asked.
struct Unanswered {
    std::uint64_t slow = 0;       // it took too long
    std::uint64_t lost = 0;       // the process that names ended while it was at it
    std::uint64_t no_process = 0; // none could be made
};

// Puts questions to the namer and never waits for it longer than it may: a namer that was killed,
// stopped, or does not answer is killed and started anew, without the file or process that it was
// at. It may be unkillable (in a file system that does not answer): it is not waited for. One
// thread.
class Supervisor {
  public:
    struct Limits {
        std::uint64_t report_ns = 8'000'000'000; // all questions of a report
        std::uint64_t step_ns = 3'000'000'000;   // without a sign of life
        unsigned losses = 5;                     // in one report; then nothing more is asked
    };

    Supervisor(Launch launch, const Limits& limits);
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;
    ~Supervisor();

    // Something to know: no answer. Never waits. If the namer does not read it, it is forgotten.
    void tell(std::string message);
    // What this process has mapped is to be read at once, if it is still there: the namer will ask
    // for it.
    void hurry(std::uint32_t tgid);
    // Sends what tell() left, and takes early answers.
    void flush();
    // A question whose answer may come at any time, before those of ask(). nullopt: there is none.
    using EarlyAnswer = std::function<void(std::optional<std::string_view>)>;
    void ask_early(std::string question, EarlyAnswer answer);

    // The time for all questions begins, and what was unanswered is forgotten.
    void begin_report();
    // answer: false if it is none. Called at most once for each question, in their order.
    using Question = std::function<std::string(std::size_t)>;
    using Answer = std::function<bool(std::size_t, std::string_view)>;
    void ask(std::size_t count, const Question& question, const Answer& answer);

    const Unanswered& unanswered() const { return unanswered_; }
    // When a namer was lost last, with all that it knew of processes that have ended; 0: none was.
    std::uint64_t lost_ns() const { return lost_ns_; }
    // Namers that were lost in this report.
    unsigned losses() const { return losses_; }

  private:
    enum class Why : std::uint8_t { slow, lost, no_process };
    struct Round; // the state of ask()

    bool running() const { return static_cast<bool>(workers_.socket); }
    bool start();
    enum class Blame : std::uint8_t { nobody, some, all };
    void lose(Blame blame);
    void drop_early();
    void bury(bool wait);
    bool take_early(std::string_view message);
    void count(Why why, std::size_t questions);
    bool step(Round& round);
    void fail_step(Round& round, Why why);
    void give_up(Round& round);
    void wait_for_more(const Round& round);

    Launch launch_;
    Limits limits_;
    Progress progress_;
    Workers workers_;
    MessageQueue queue_;
    std::deque<EarlyAnswer> early_;
    std::set<Suspect> avoided_;
    std::set<Suspect> suspected_; // of one loss that may have had another cause
    std::vector<pid_t> dying_;
    std::uint64_t started_ns_ = 0;
    std::uint64_t lost_ns_ = 0;
    std::uint64_t left_ns_ = 0; // of the report
    unsigned losses_ = 0;
    Unanswered unanswered_;
};

} // namespace unfreed::names
