// SPDX-License-Identifier: BSD-2-Clause
#include "live_view.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace unfreed::e2e {

void LiveView::SetUp() {
    if (!Tmux::installed())
        GTEST_SKIP() << "needs tmux (scripts/install-deps.sh --tests)";
}

std::string LiveView::written(const std::string& name) const {
    std::ifstream file(dir_.path + "/" + name);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

pid_t LiveView::tool() const {
    return std::atoi(written("pid").c_str());
}

void LiveView::trace(const std::string& options, const std::string& environment) {
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

void LiveView::start(const std::string& options) {
    trace(options);
    ASSERT_TRUE(terminal_->shows("q quit"));
    EXPECT_EQ(terminal_->value("#{alternate_on}"), "1");
}

void LiveView::expect_restored(const std::string& status) const {
    ASSERT_TRUE(terminal_->shows("done"));
    EXPECT_NE(terminal_->history().find("status " + status), std::string::npos)
        << terminal_->history();
    EXPECT_EQ(terminal_->value("#{alternate_on}"), "0");
    EXPECT_EQ(terminal_->value("#{cursor_flag}"), "1");
    EXPECT_EQ(terminal_->value("#{keypad_cursor_flag}"), "0");
    EXPECT_EQ(written("after"), written("before"));
    EXPECT_NE(terminal_->history().find("before the trace"), std::string::npos);
    EXPECT_TRUE(no_program_left());
}

void LiveView::expect_report() const {
    ASSERT_TRUE(terminal_->shows("done"));
    const std::string all = terminal_->history();
    EXPECT_NE(all.find("Traced the whole host for"), std::string::npos) << all;
    EXPECT_NE(all.find("births and"), std::string::npos) << all;
    expect_restored(all.find("INCOMPLETE") == std::string::npos ? "0." : "4.");
}

} // namespace unfreed::e2e
