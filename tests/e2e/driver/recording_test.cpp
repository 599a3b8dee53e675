// SPDX-License-Identifier: BSD-2-Clause
// --record and `unfreed report`.
#include "recording_check.h"
#include "tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace unfreed::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

void expect_the_same(const std::vector<std::string>& words) {
    const auto check = RecordingCheck::of_any(words);
    ASSERT_NE(check, nullptr);
    check->compare(run(check->command()));
}

TEST(Recording, OfARunTellsTheSame) {
    for (const char* leaker : {"mixed_leaker", "unix_leaker", "dentry_leaker"})
        expect_the_same(command({"run", "-q"}, {"--", program_path(leaker), "20"}));
}

TEST(Recording, OfTheHostTellsTheSame) {
    Process leaker({program_path("tcp_leaker"), "30", "--hold", "forever"});
    expect_the_same(command({"trace", "-q", "--duration", "3s"}));
}

TEST(Recording, CanBeToldInParts) {
    const TempDir folder;
    const std::string file = folder.path + "/recording";
    const Finished live =
        run({tool_path(), "run", "-q", "--record", file, "--", program_path("tcp_leaker"), "30"});
    ASSERT_TRUE(live.status == 0 || live.status == 4) << live.err;
    const Finished sockets = run({tool_path(), "report", file, "--class", "socket", "--all"});
    EXPECT_THAT(sockets.out, HasSubstr("TCP socket"));
    const Json json =
        Json::parse(run({tool_path(), "report", file, "--class", "dentry", "--format", "json"}).out,
                    nullptr, false);
    ASSERT_FALSE(json.is_discarded());
    for (const Json& group : json["groups"])
        EXPECT_EQ(group["class"], "dentry");
    EXPECT_EQ(run({tool_path(), "report", file, "--verdict", "guilty"}).status, 2);
}

TEST(Recording, ThatIsDamagedIsRefused) {
    const TempDir folder;
    const std::string path = folder.path + "/recording";
    ASSERT_NE(run({tool_path(), "run", "-q", "--class", "socket", "--record", path, "--",
                   program_path("tcp_leaker"), "3"})
                  .status,
              1);
    std::ifstream in(path, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    ASSERT_GT(whole.size(), 100U);
    const auto report_of_bytes = [&](const std::string& bytes) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
        return run({tool_path(), "report", path});
    };
    EXPECT_EQ(report_of_bytes(whole).status & ~4, 0);
    for (const std::string& damaged :
         {whole.substr(0, whole.size() / 2), whole.substr(0, 10), std::string()}) {
        const Finished refused = report_of_bytes(damaged);
        EXPECT_EQ(refused.status, 1);
        EXPECT_EQ(refused.out, "");
        EXPECT_THAT(refused.err, HasSubstr("recording"));
    }
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 4);
    EXPECT_THAT(report_of_bytes(flipped).err, HasSubstr("damaged"));
}

} // namespace
} // namespace unfreed::e2e
