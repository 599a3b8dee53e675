// SPDX-License-Identifier: BSD-2-Clause
// What a reader sees first.
#include "tool.h"

#include <gtest/gtest.h>

namespace unfreed::e2e {
namespace {

// Groups that have a row of the first screen, in its order.
std::vector<Json> rows_of(const Json& report) {
    std::vector<Json> rows;
    for (const Json& group : report["groups"])
        if (group["judged"] == true && group["attention"] != "none" && group["companion"] == false)
            rows.push_back(group);
    return rows;
}

TEST(Screen, AProgramThatGivesAllBackHasNoRow) {
    for (const std::vector<std::string>& program :
         {std::vector<std::string>{"/bin/true"},
          std::vector<std::string>{"/bin/sh", "-c", "/bin/cat /etc/hostname | /bin/cat"}}) {
        std::vector<std::string> tail{"--"};
        tail.insert(tail.end(), program.begin(), program.end());
        const Json report = report_of(run(command({"run", "--top", "1000"}, tail)));
        for (const Json& row : rows_of(report))
            ADD_FAILURE() << program[0] << ": " << row.dump().substr(0, 3000);
    }
}

TEST(Screen, TriageEndsWithTheCommandToRunNext) {
    const Finished finished = run({tool_path(), "triage", "--duration", "200ms"});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_NE(finished.out.find("unaccounted"), std::string::npos) << finished.out;
    EXPECT_NE(finished.out.find("Next: unfreed trace"), std::string::npos) << finished.out;
}

} // namespace
} // namespace unfreed::e2e
