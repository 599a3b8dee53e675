// SPDX-License-Identifier: BSD-2-Clause
// A namer that is killed, stopped, silent, talks garbage or ends: what is asked comes to its end in
// time, and the rest is asked of a new one.
#include "base/clock.h"
#include "names/channel.h"
#include "names/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace unfreed::names {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kMs = 1'000'000;
// Well above what a loaded machine needs to answer, well below the patience of a test.
constexpr Supervisor::Limits kLimits{30'000 * kMs, 2'000 * kMs, 5};

// What a fake namer does with one message; false: it ends.
using Serve = std::function<bool(int socket, const std::string& message, const Progress& progress)>;

class SupervisorTest : public testing::Test {
  protected:
    Launch fake(Serve serve) {
        return [this, serve](const Progress& progress) -> Result<Workers> {
            ++launched_;
            auto [ours, theirs] = make_channel();
            const pid_t pid = ::fork();
            if (pid == 0) {
                ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                ours.reset();
                std::string message;
                while (receive_message(theirs.get(), message) &&
                       serve(theirs.get(), message, progress)) {
                }
                ::_exit(0);
            }
            last_ = pid;
            Workers workers;
            workers.socket = std::move(ours);
            workers.processes = {pid};
            return workers;
        };
    }

    // Asks "0", "1", ... and notes which were answered.
    void ask(Supervisor& supervisor, std::size_t count) {
        answered_.clear();
        supervisor.begin_report();
        supervisor.ask(
            count, [](std::size_t i) { return std::to_string(i); },
            [&](std::size_t i, std::string_view message) {
                if (message != "re " + std::to_string(i))
                    return false;
                answered_.push_back(i);
                return true;
            });
    }

    std::vector<std::size_t> answered_;
    unsigned launched_ = 0;
    pid_t last_ = -1;
};

bool reply(int socket, const std::string& message) {
    // Those to avoid are no questions.
    return kind_of(message) == Kind::avoid || send_message(socket, "re " + message);
}

// Does `harm` at the question until it has been told to avoid file 7.
Serve harmed_at(std::string question, std::function<void(int)> harm) {
    return [=, avoids = false](int socket, const std::string& message,
                               const Progress& progress) mutable {
        if (const auto suspect = decode_avoid(message))
            avoids = avoids || *suspect == Suspect{{1, 7}, 0};
        if (message == question && !avoids) {
            const_cast<Progress&>(progress).work_on({{1, 7}, 3});
            harm(socket);
        }
        return reply(socket, message);
    };
}

TEST_F(SupervisorTest, AsksAndIsAnswered) {
    Supervisor supervisor(fake([](int s, const std::string& m, auto&) { return reply(s, m); }),
                          kLimits);
    ask(supervisor, 5000); // far more than go under way at once
    EXPECT_EQ(answered_.size(), 5000u);
    EXPECT_EQ(launched_, 1u);
}

TEST_F(SupervisorTest, OneThatIsKilledIsStartedAnewWithoutTheFile) {
    Supervisor supervisor(fake(harmed_at("2", [](int) { ::raise(SIGKILL); })), kLimits);
    ask(supervisor, 4);
    EXPECT_THAT(answered_, ElementsAre(0, 1, 2, 3));
    // Once more with it: anybody may have killed the namer.
    EXPECT_EQ(launched_, 3u);
    EXPECT_EQ(supervisor.losses(), 2u);
    ask(supervisor, 4);
    EXPECT_EQ(launched_, 3u) << "the file is remembered";
}

TEST_F(SupervisorTest, OneThatIsStoppedIsKilled) {
    Supervisor supervisor(fake(harmed_at("1", [](int) { ::raise(SIGSTOP); })), kLimits);
    ask(supervisor, 3);
    EXPECT_THAT(answered_, ElementsAre(0, 1, 2));
}

TEST_F(SupervisorTest, GarbageIsNoAnswer) {
    Supervisor supervisor(fake(harmed_at("0", [](int s) { send_message(s, "garbage"); })), kLimits);
    ask(supervisor, 3);
    EXPECT_THAT(answered_, ElementsAre(0, 1, 2));
    Supervisor flooded(fake(harmed_at("0",
                                      [](int s) {
                                          while (send_message(s, std::string(100'000, 'x'))) {
                                          }
                                      })),
                       kLimits);
    ask(flooded, 3);
    EXPECT_THAT(answered_, ElementsAre(0, 1, 2));
}

TEST_F(SupervisorTest, OneQuestionThatAlwaysBreaksItIsGivenUp) {
    Supervisor supervisor(fake([](int s, const std::string& m, auto&) {
                              if (m == "1")
                                  ::raise(SIGSEGV);
                              return reply(s, m);
                          }),
                          kLimits);
    ask(supervisor, 3);
    EXPECT_THAT(answered_, ElementsAre(0, 2));
    EXPECT_EQ(supervisor.unanswered().lost, 1u);
}

TEST_F(SupervisorTest, ASilentOneCostsNoMoreThanItsTime) {
    const std::uint64_t before = monotonic_ns();
    Supervisor supervisor(fake([](int, const std::string&, auto&) { return true; }),
                          {600 * kMs, 200 * kMs, 4});
    ask(supervisor, 10);
    EXPECT_THAT(answered_, IsEmpty());
    EXPECT_EQ(supervisor.unanswered().slow + supervisor.unanswered().lost, 10u);
    EXPECT_LT(monotonic_ns() - before, 20'000 * kMs);
}

// Signs of life do not make a report wait for ever.
TEST_F(SupervisorTest, ABusyOneIsStoppedAtTheDeadline) {
    const std::uint64_t before = monotonic_ns();
    Supervisor supervisor(fake([](int, const std::string&, const Progress& progress) {
                              for (;;) {
                                  const_cast<Progress&>(progress).beat();
                                  ::usleep(1000);
                              }
                              return true;
                          }),
                          {700 * kMs, 200 * kMs, 4});
    ask(supervisor, 10);
    // One that does not even start in time is lost, on a loaded machine.
    EXPECT_EQ(supervisor.unanswered().slow + supervisor.unanswered().lost, 10u);
    EXPECT_LT(monotonic_ns() - before, 20'000 * kMs);
}

TEST_F(SupervisorTest, OneThatEndsAtOnceIsNotStartedForEver) {
    Supervisor supervisor(fake([](int, const std::string&, auto&) { return false; }), kLimits);
    ask(supervisor, 100);
    EXPECT_THAT(answered_, IsEmpty());
    EXPECT_EQ(supervisor.unanswered().lost, 100u);
    EXPECT_LE(launched_, kLimits.losses + 1);
}

TEST_F(SupervisorTest, WithoutAProcessNothingIsAnswered) {
    Supervisor supervisor([](const Progress&) -> Result<Workers> { return fail(Errc::limit, ""); },
                          kLimits);
    supervisor.tell("nobody hears this");
    supervisor.flush();
    ask(supervisor, 3);
    EXPECT_EQ(supervisor.unanswered().no_process, 3u);
}

TEST_F(SupervisorTest, TellingNeverWaits) {
    Supervisor supervisor(fake([](int, const std::string&, auto&) {
                              ::pause();
                              return true;
                          }),
                          {600 * kMs, 200 * kMs, 4});
    const std::uint64_t before = monotonic_ns();
    for (int i = 0; i < 20'000; ++i) {
        supervisor.tell(std::string(1'000, 'x'));
        supervisor.flush();
    }
    EXPECT_LT(monotonic_ns() - before, 60'000 * kMs);
    ask(supervisor, 1);
    EXPECT_EQ(supervisor.unanswered().slow + supervisor.unanswered().lost, 1u);
}

TEST_F(SupervisorTest, EarlyAnswersComeBeforeThoseOfAReport) {
    Supervisor supervisor(fake([](int s, const std::string& m, auto&) { return reply(s, m); }),
                          kLimits);
    std::string early;
    supervisor.ask_early("early", [&](auto message) { early = message.value_or("none"); });
    ask(supervisor, 2);
    EXPECT_EQ(early, "re early");
    EXPECT_THAT(answered_, ElementsAre(0, 1));
}

TEST_F(SupervisorTest, NothingIsLeftBehind) {
    {
        Supervisor supervisor(fake([](int s, const std::string& m, auto&) { return reply(s, m); }),
                              kLimits);
        ask(supervisor, 1);
    }
    EXPECT_EQ(::waitpid(last_, nullptr, WNOHANG), -1) << "it has been reaped";
}

} // namespace
} // namespace unfreed::names
