// SPDX-License-Identifier: BSD-2-Clause
// Much coming and going: what the tool keeps of each new program is bounded, and so is what it has
// open. A minute cannot show that memory is flat, only that it does not run away;
// tests/bench/soak.py alone, for an hour, shows the rest.
#include "tool.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace unfreed::e2e {
namespace {

TEST(Soak, AMinuteOfNewProgramsDoesNotRunAway) {
    const std::string script = "tests/bench/soak.py";
    if (run({"python3", script, "--help"}).status != 0)
        GTEST_SKIP() << "needs python3 and " << script;
    const char* given = std::getenv("UNFREED_SOAK_SECONDS");
    const Finished finished =
        run({"python3", script, "--unfreed", tool_path(), "--programs", program_path("."),
             "--seconds", given != nullptr ? given : "60", "--filling", "--option=--class=socket"});
    EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
    EXPECT_NE(finished.out.find("unfreed-namer: "), std::string::npos) << finished.out;
}

} // namespace
} // namespace unfreed::e2e
