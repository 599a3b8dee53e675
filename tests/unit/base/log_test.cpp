// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(LogHold, KeepsMessagesUntilItsEnd) {
    CaptureStderr();
    {
        const log::Hold hold;
        EXPECT_EQ(hold.latest(), "");
        log::warning("the \x1b first");
        log::error("the second");
        EXPECT_EQ(hold.latest(), "unfreed: error: the second");
        std::fflush(stderr);
    }
    log::info("the third");
    EXPECT_EQ(GetCapturedStderr(), "unfreed: warning: the \\x1b first\n"
                                   "unfreed: error: the second\nunfreed: the third\n");
}

TEST(LogHold, KeepsTheLatestOfMany) {
    CaptureStderr();
    {
        const log::Hold hold;
        for (int i = 0; i < 1000; ++i)
            log::warning(std::to_string(i) + ".");
    }
    const std::string text = GetCapturedStderr();
    EXPECT_EQ(text.find("warning: 799.\n"), std::string::npos);
    EXPECT_NE(text.find("warning: 800.\n"), std::string::npos);
    EXPECT_NE(text.find("warning: 999.\n"), std::string::npos);
}

} // namespace
} // namespace unfreed
