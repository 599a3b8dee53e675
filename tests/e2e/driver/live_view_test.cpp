// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace` at a terminal: keys, sizes, and a terminal that is as before, whatever ends it.
#include "tmux.h"
#include "tool.h"
#include "workers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

namespace unfreed::e2e {
namespace {

std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class LiveView : public testing::Test {
  protected:
    void SetUp() override {
        if (!Tmux::installed())
            GTEST_SKIP() << "needs tmux (scripts/install-deps.sh --tests)";
    }

    // Starts the tool in a terminal; its status is printed when it has ended.
    void trace(const std::string& options, const std::string& environment = "") {
        std::string more;
        for (const std::string& option : extra_options())
            more += " " + option;
        const std::string tool = std::filesystem::absolute(tool_path());
        std::ofstream(dir_.path + "/script")
            << "trap : INT\ncd " << dir_.path << "\nstty -g >before\necho before the trace\n"
            << "sh -c 'echo $$ >pid; exec env " << environment << " " << tool
            << " trace --class socket --min-age 500ms " << options << more
            << "'\necho status $?.\nstty -g >after\necho done\nexec sleep 600\n";
        terminal_.reset();
        terminal_ = std::make_unique<Tmux>(dir_.path + "/tmux", dir_.path + "/script", 130, 30);
    }
    void start(const std::string& options = "") {
        trace(options);
        ASSERT_TRUE(terminal_->shows("q quit"));
        EXPECT_EQ(terminal_->value("#{alternate_on}"), "1");
    }
    pid_t tool() const { return std::atoi(contents(dir_.path + "/pid").c_str()); }

    // The screen is gone, and all modes of the terminal are as before.
    void expect_restored(const std::string& status) const {
        ASSERT_TRUE(terminal_->shows("done"));
        EXPECT_NE(terminal_->history().find("status " + status), std::string::npos)
            << terminal_->history();
        EXPECT_EQ(terminal_->value("#{alternate_on}"), "0");
        EXPECT_EQ(terminal_->value("#{cursor_flag}"), "1");
        EXPECT_EQ(terminal_->value("#{keypad_cursor_flag}"), "0");
        EXPECT_EQ(contents(dir_.path + "/after"), contents(dir_.path + "/before"));
        EXPECT_NE(terminal_->history().find("before the trace"), std::string::npos);
        EXPECT_TRUE(no_program_left());
    }
    // Nothing but a loss that this host always has stands between.
    void expect_report() const {
        ASSERT_TRUE(terminal_->shows("done"));
        const std::string all = terminal_->history();
        EXPECT_NE(all.find("Traced the whole host for"), std::string::npos) << all;
        EXPECT_NE(all.find("births and"), std::string::npos) << all;
        expect_restored(all.find("INCOMPLETE") == std::string::npos ? "0." : "4.");
    }

    TempDir dir_;
    std::unique_ptr<Tmux> terminal_;
};

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
    ASSERT_TRUE(terminal_->shows("tcp_leaker["));
    ASSERT_TRUE(terminal_->shows("unix_leaker["));
    terminal_->press({"/", "_leaker"});
    ASSERT_TRUE(terminal_->shows("filter: _leaker"));
    terminal_->press({"Enter", "s", "s", "s"});
    ASSERT_TRUE(terminal_->shows("COUNT▼"));
    EXPECT_TRUE(stands_above(terminal_->text(), "unix_leaker[", "tcp_leaker["));
    terminal_->press({"r"});
    ASSERT_TRUE(terminal_->shows("COUNT▲"));
    EXPECT_TRUE(stands_above(terminal_->text(), "tcp_leaker[", "unix_leaker["));
    terminal_->press({"/", " tcp"});
    ASSERT_TRUE(terminal_->shows("unix_leaker[", false));
    terminal_->press({"Enter"});
    terminal_->press({"Enter"}); // opens
    ASSERT_TRUE(terminal_->shows("Kernel stack"));
    ASSERT_TRUE(terminal_->shows("inet_create+"));
    terminal_->press({"p"});
    ASSERT_TRUE(terminal_->shows("PAUSED at"));
    terminal_->resize(60, 15);
    ASSERT_TRUE(terminal_->shows("MADE BY", false)); // no room for it
    terminal_->press({"Escape"});
    ASSERT_TRUE(terminal_->shows("q quit  ? keys"));
    const std::vector<std::string> lines = terminal_->lines();
    ASSERT_EQ(lines.size(), 15u);
    EXPECT_TRUE(lines[0].starts_with("unfreed: the whole host for")) << lines[0];
    EXPECT_TRUE(lines[2].starts_with("VERDICT")) << lines[2];
    EXPECT_NE(lines[3].find("TCP socket"), std::string::npos) << lines[3];
    EXPECT_TRUE(lines[14].starts_with("q quit")) << lines[14];
    terminal_->press({"q"});
    expect_report();
}

TEST_F(LiveView, TerminalIsAsBeforeAfterSigtermAndTheReportIsThere) {
    start("--duration 1h");
    ASSERT_TRUE(terminal_->shows("of 1h 00m ["));
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
    EXPECT_TRUE(terminal_->shows("q quit"));
    terminal_->press({"C-c"});
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
    ASSERT_TRUE(terminal_->shows("of 3 s ["));
    expect_report();
}

TEST_F(LiveView, IsNotThereWhereNobodyCanSeeIt) {
    trace("--duration 500ms --plain");
    ASSERT_TRUE(terminal_->shows("done"));
    EXPECT_EQ(terminal_->history().find("q quit"), std::string::npos);
    expect_report();
    trace("--duration 500ms", "TERM=dumb");
    expect_report();
    trace("--duration 500ms >out");
    expect_restored("");
    EXPECT_EQ(contents(dir_.path + "/out").find('\x1b'), std::string::npos);
    EXPECT_NE(contents(dir_.path + "/out").find("Traced the whole host"), std::string::npos);
}

} // namespace
} // namespace unfreed::e2e
