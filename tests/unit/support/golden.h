// SPDX-License-Identifier: BSD-2-Clause
// Comparison with a checked-in file under tests/unit/data.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace unfreed::testing {

// Fails unless text is what the file holds. With UNFREED_UPDATE_GOLDEN=1 in the environment the
// file is written instead; look at the difference before committing it.
inline void expect_golden(const std::string& file_name, std::string_view text) {
    const std::string path = std::string(UNFREED_TEST_DATA "/") + file_name;
    if (const char* update = std::getenv("UNFREED_UPDATE_GOLDEN"); update && *update == '1') {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << "cannot read " << path;
    std::ostringstream expected;
    expected << file.rdbuf();
    EXPECT_EQ(text, expected.str()) << "see UNFREED_UPDATE_GOLDEN in " << __FILE__;
}

} // namespace unfreed::testing
