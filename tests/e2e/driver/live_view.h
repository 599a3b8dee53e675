// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace` in a terminal that a test looks at and types into.
#pragma once

#include "tmux.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/types.h>

#include <memory>
#include <string>

namespace unfreed::e2e {

class LiveView : public testing::Test {
  protected:
    void SetUp() override;

    // Starts the tool in a terminal; its status is printed when it has ended. class: socket.
    void trace(const std::string& options, const std::string& environment = "");
    // The same, with a live view that is there.
    void start(const std::string& options = "");
    pid_t tool() const;
    const Tmux& terminal() const { return *terminal_; }
    // What the tool wrote to this file of its folder.
    std::string written(const std::string& file) const;

    // The screen is gone, and all modes of the terminal are as before.
    void expect_restored(const std::string& status) const;
    // Nothing but a loss that this host always has stands between.
    void expect_report() const;

  private:
    TempDir dir_;
    std::unique_ptr<Tmux> terminal_;
};

} // namespace unfreed::e2e
