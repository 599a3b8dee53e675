// SPDX-License-Identifier: BSD-2-Clause
#include "names/supervisor.h"

#include "base/clock.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace unfreed::names {
namespace {

// What may wait for a namer that does not read; beyond that it is not told.
constexpr std::size_t kMostWaitingBytes = 4 * 1024 * 1024;
// Questions under way: enough to keep the namer busy.
constexpr std::size_t kAheadBytes = 256 * 1024;
constexpr std::size_t kAhead = 256;
// Between reports a lost namer is not started again before this.
constexpr std::uint64_t kRestNs = 1'000'000'000;
constexpr std::size_t kMostAvoided = 1024;
// A question is asked so often: the second time its file is avoided, or nothing can be done.
constexpr unsigned kTries = 3;
// How long the end of the trace waits for killed processes to be gone.
constexpr int kBurialMs = 200;

} // namespace

struct Supervisor::Round {
    std::size_t count;
    const Question& question;
    const Answer& answer;
    std::size_t sent = 0;
    std::size_t answered = 0;
    unsigned tries = 0; // of the question that is due that failed
    std::uint64_t alive_ns = 0;
    std::uint64_t deadline_ns = 0;
    std::uint64_t beats = 0;
};

Supervisor::Supervisor(Launch launch, const Limits& limits)
    : launch_(std::move(launch)), limits_(limits), progress_(Progress::make()) {
    start();
}

Supervisor::~Supervisor() {
    lose(Blame::nobody);
    bury(true);
}

bool Supervisor::start() {
    bury(false);
    started_ns_ = monotonic_ns();
    if (!progress_)
        return false;
    progress_.work_on({});
    auto workers = launch_(progress_);
    if (!workers)
        return false;
    workers_ = std::move(*workers);
    queue_ = MessageQueue();
    for (const Suspect& suspect : avoided_)
        queue_.push(encode_avoid(suspect));
    return running();
}

// all: what it was at is not asked for again; some: not if it happens once more, because anybody
// may have killed the namer.
void Supervisor::lose(Blame blame) {
    lost_ns_ = monotonic_ns();
    for (const pid_t pid : workers_.processes) {
        ::kill(pid, SIGKILL);
        dying_.push_back(pid);
    }
    workers_ = {};
    if (blame != Blame::nobody && progress_) {
        Suspect suspect = progress_.suspect();
        if (suspect.file.inode != 0)
            suspect.tgid = 0;
        const bool once_more = suspected_.contains(suspect);
        if (suspect != Suspect{} && avoided_.size() + suspected_.size() < kMostAvoided)
            (once_more || blame == Blame::all ? avoided_ : suspected_).insert(suspect);
    }
    drop_early();
}

void Supervisor::drop_early() {
    for (auto early = std::exchange(early_, {}); const EarlyAnswer& answer : early)
        answer(std::nullopt);
}

void Supervisor::bury(bool wait) {
    for (int ms = 0;; ms += 5) {
        std::erase_if(dying_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
        if (dying_.empty() || !wait || ms >= kBurialMs)
            return;
        ::poll(nullptr, 0, 5);
    }
}

void Supervisor::tell(std::string message) {
    if (running() && queue_.waiting_bytes() < kMostWaitingBytes)
        queue_.push(message);
}

void Supervisor::hurry(std::uint32_t tgid) {
    if (!workers_.hurry) // what does not fit the pipe is read in turn
        return;
    const ssize_t ignored = ::write(workers_.hurry.get(), &tgid, sizeof(tgid));
    (void)ignored;
}

void Supervisor::ask_early(std::string question, EarlyAnswer answer) {
    if (!running() || queue_.waiting_bytes() >= kMostWaitingBytes)
        return answer(std::nullopt);
    queue_.push(question);
    early_.push_back(std::move(answer));
}

bool Supervisor::take_early(std::string_view message) {
    if (early_.empty())
        return false;
    const EarlyAnswer answer = std::move(early_.front());
    early_.pop_front();
    answer(message);
    return true;
}

void Supervisor::flush() {
    if (!running() && (monotonic_ns() - started_ns_ < kRestNs || !start()))
        return;
    bool well = queue_.exchange(workers_.socket.get());
    while (well) {
        const auto message = queue_.next();
        if (!message)
            return;
        well = take_early(*message);
    }
    lose(Blame::some);
}

void Supervisor::begin_report() {
    left_ns_ = limits_.report_ns;
    losses_ = 0;
    unanswered_ = {};
}

void Supervisor::count(Why why, std::size_t questions) {
    (why == Why::slow   ? unanswered_.slow
     : why == Why::lost ? unanswered_.lost
                        : unanswered_.no_process) += questions;
}

void Supervisor::ask(std::size_t count_of, const Question& question, const Answer& answer) {
    Round round{count_of, question, answer};
    const std::uint64_t begun_ns = monotonic_ns();
    round.alive_ns = begun_ns;
    round.deadline_ns = begun_ns + left_ns_;
    while (round.answered < count_of) {
        if (losses_ >= limits_.losses || monotonic_ns() >= round.deadline_ns) {
            give_up(round);
            break;
        }
        if (!running() && !start()) {
            count(Why::no_process, count_of - round.answered);
            break;
        }
        if (step(round) && round.answered < count_of)
            wait_for_more(round);
    }
    // What is done between the questions of a report is not the namer's time.
    left_ns_ -= std::min(left_ns_, monotonic_ns() - begun_ns);
}

void Supervisor::give_up(Round& round) {
    const Why why = losses_ >= limits_.losses ? Why::lost : Why::slow;
    count(why, round.count - round.answered);
    // Its answers would be taken for those to the next questions.
    if (round.sent > round.answered)
        lose(Blame::nobody);
}

// False: something went wrong, and was dealt with.
bool Supervisor::step(Round& round) {
    while (round.sent < round.count && round.sent - round.answered < kAhead &&
           queue_.waiting_bytes() < kAheadBytes)
        queue_.push(round.question(round.sent++));
    const bool well = queue_.exchange(workers_.socket.get());
    const std::uint64_t now = monotonic_ns();
    while (const auto message = queue_.next()) {
        round.alive_ns = now;
        if (take_early(*message))
            continue;
        if (round.answered == round.sent || !round.answer(round.answered, *message)) {
            fail_step(round, Why::lost);
            return false;
        }
        ++round.answered;
        round.tries = 0;
    }
    if (!well) {
        if (round.answered < round.count)
            fail_step(round, Why::lost);
        return false;
    }
    if (const std::uint64_t beats = progress_.beats(); beats != round.beats) {
        round.beats = beats;
        round.alive_ns = now;
    }
    if (now - round.alive_ns < limits_.step_ns)
        return true;
    fail_step(round, Why::slow);
    return false;
}

// The question that is due broke it, or something in its file did: once more without that.
void Supervisor::fail_step(Round& round, Why why) {
    lose(why == Why::slow ? Blame::all : Blame::some);
    ++losses_;
    if (++round.tries == kTries) {
        count(why, 1);
        ++round.answered;
        round.tries = 0;
    }
    round.sent = round.answered;
    round.alive_ns = monotonic_ns();
}

void Supervisor::wait_for_more(const Round& round) {
    const std::uint64_t until_ns = std::min(round.deadline_ns, round.alive_ns + limits_.step_ns);
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t most_ms = until_ns > now ? (until_ns - now) / 1'000'000 + 1 : 0;
    pollfd fd{workers_.socket.get(), POLLIN, 0};
    if (queue_.waiting_bytes() != 0)
        fd.events |= POLLOUT;
    ::poll(&fd, 1, static_cast<int>(std::min<std::uint64_t>(most_ms, 100)));
}

} // namespace unfreed::names
