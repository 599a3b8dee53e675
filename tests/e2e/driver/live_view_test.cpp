// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace` at a terminal: keys, sizes, and a terminal that is as before, whatever ends it.
#include "live_view.h"
#include "workers.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace unfreed::e2e {
namespace {

bool stands_above(const std::string& text, const std::string& one, const std::string& other) {
    return text.find(one) < text.find(other) && text.find(other) != std::string::npos;
}

TEST_F(LiveView, SortsFiltersOpensAndFitsInto60By15) {
    Process tcp({program_path("tcp_leaker"), "400", "--wait-start", "--hold", "forever"});
    Process local({program_path("unix_leaker"), "900", "--wait-start", "--hold", "forever"});
    ASSERT_TRUE(tcp.wait_for("waiting") && local.wait_for("waiting"));
    ASSERT_NO_FATAL_FAILURE(start());
    tcp.signal(SIGUSR1);
    local.signal(SIGUSR1);
    ASSERT_TRUE(tcp.wait_for("leaked") && local.wait_for("leaked"));
    ASSERT_TRUE(terminal().shows("tcp_leaker["));
    ASSERT_TRUE(terminal().shows("unix_leaker["));
    terminal().press({"/", "_leaker"});
    ASSERT_TRUE(terminal().shows("filter: _leaker"));
    terminal().press({"Enter", "s", "s", "s"});
    ASSERT_TRUE(terminal().shows("COUNT▼"));
    EXPECT_TRUE(stands_above(terminal().text(), "unix_leaker[", "tcp_leaker["));
    terminal().press({"r"});
    ASSERT_TRUE(terminal().shows("COUNT▲"));
    EXPECT_TRUE(stands_above(terminal().text(), "tcp_leaker[", "unix_leaker["));
    terminal().press({"/", " tcp"});
    ASSERT_TRUE(terminal().shows("unix_leaker[", false));
    terminal().press({"Enter"});
    terminal().press({"Enter"}); // opens
    ASSERT_TRUE(terminal().shows("Kernel stack"));
    ASSERT_TRUE(terminal().shows("inet_create+"));
    terminal().press({"p"});
    ASSERT_TRUE(terminal().shows("PAUSED at"));
    terminal().resize(60, 15);
    ASSERT_TRUE(terminal().shows("MADE BY", false)); // no room for it
    terminal().press({"Escape"});
    ASSERT_TRUE(terminal().shows("q quit  ? keys"));
    const std::vector<std::string> lines = terminal().lines();
    ASSERT_EQ(lines.size(), 15u);
    EXPECT_TRUE(lines[0].starts_with("unfreed: the whole host for")) << lines[0];
    EXPECT_TRUE(lines[2].starts_with("VERDICT")) << lines[2];
    EXPECT_NE(lines[3].find("TCP socket"), std::string::npos) << lines[3];
    EXPECT_TRUE(lines[14].starts_with("q quit")) << lines[14];
    terminal().press({"q"});
    expect_report();
}

// Who writes to a stopped terminal waits, and would trace no more.
TEST_F(LiveView, CtrlSDoesNotStopTheTrace) {
    ASSERT_NO_FATAL_FAILURE(start("--duration 8s"));
    terminal().press({"C-s"});
    terminal().press({"?"});
    ASSERT_TRUE(terminal().shows("KEYS"));
    expect_report();
    EXPECT_EQ(terminal().history().find("status 130"), std::string::npos);
}

TEST_F(LiveView, TerminalIsAsBeforeAfterSigtermAndTheReportIsThere) {
    start("--duration 1h");
    ASSERT_TRUE(terminal().shows("of 1h 00m ["));
    ::kill(tool(), SIGTERM);
    expect_report();
}

TEST_F(LiveView, KilledChildrenChangeNothing) {
    start();
    const pid_t namer = wait_for_worker(tool(), "unfreed-namer");
    const pid_t opener = worker_of(tool(), "unfreed-opener");
    ASSERT_TRUE(namer > 0 && opener > 0);
    ::kill(namer, SIGKILL);
    ::kill(opener, SIGKILL);
    std::this_thread::sleep_for(std::chrono::seconds(4)); // a report, with new ones
    EXPECT_TRUE(terminal().shows("q quit"));
    terminal().press({"C-c"});
    expect_report();
}

// As by a bug: without a report, but not without a terminal.
TEST_F(LiveView, TerminalIsAsBeforeAfterADeadlySignal) {
    start();
    ::kill(tool(), SIGABRT);
    expect_restored("134.");
}

TEST_F(LiveView, TheEndOfDurationGivesTheTerminalBackFirst) {
    trace("--duration 3s");
    ASSERT_TRUE(terminal().shows("of 3 s ["));
    expect_report();
}

TEST_F(LiveView, IsNotThereWhereNobodyCanSeeIt) {
    trace("--duration 500ms --plain");
    ASSERT_TRUE(terminal().shows("done"));
    EXPECT_EQ(terminal().history().find("q quit"), std::string::npos);
    expect_report();
    trace("--duration 500ms", "TERM=dumb");
    expect_report();
    // Nothing is known of the first one, and too little of the other.
    for (const char* term : {"TERM=no-such-terminal", "TERM=unknown"}) {
        trace("--duration 500ms", term);
        expect_report();
        EXPECT_NE(terminal().history().find("no live view"), std::string::npos) << term;
    }
    trace("--duration 500ms >out");
    expect_restored("");
    EXPECT_EQ(written("out").find('\x1b'), std::string::npos);
    EXPECT_NE(written("out").find("Traced the whole host"), std::string::npos);
}

} // namespace
} // namespace unfreed::e2e
