// SPDX-License-Identifier: BSD-2-Clause
// What a live view of 20 000 origins takes of a core, all of the tool together: tracing, reports,
// names, drawings.
#include "cost.h"
#include "live_view.h"
#include "process.h"
#include "workers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <thread>
#include <vector>

namespace unfreed::e2e {
namespace {

constexpr double kMostOfACore = 0.05;
constexpr std::chrono::seconds kMeasured{60};

class LiveViewCost : public LiveView {
  protected:
    // Of the tool and the processes that name functions for it.
    double used() const {
        return cpu_seconds(tool()) + cpu_seconds(worker_of(tool(), "unfreed-namer")) +
               cpu_seconds(worker_of(tool(), "unfreed-opener"));
    }
    // Every origin is a row, as the line of counts has it.
    bool has_20000_rows() const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(3);
        while (std::chrono::steady_clock::now() < deadline) {
            if (std::regex_search(terminal().text(),
                                  std::regex("\\b2\\d \\d{3} (others|leaking|suspect)")))
                return true;
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
        ADD_FAILURE() << terminal().text();
        return false;
    }
};

// A process may have fewer descriptors than that, and each program's origins are its own: copies of
// one program share the work.
std::vector<std::unique_ptr<Process>> leak_by_20000_paths(const std::string& folder) {
    std::vector<std::unique_ptr<Process>> leakers;
    for (int i = 0; i < 5; ++i) {
        const std::string copy = folder + "/paths_" + std::to_string(i);
        std::filesystem::copy_file(program_path("paths_leaker"), copy);
        leakers.push_back(std::make_unique<Process>(
            std::vector<std::string>{copy, "4100", "--balanced", "0", "--hold", "forever"}));
    }
    return leakers;
}

TEST_F(LiveViewCost, Of20000OriginsIsBelowATwentiethOfACore) {
    if (std::getenv("UNFREED_LIVE_COST") == nullptr)
        GTEST_SKIP() << "takes five minutes of a quiet machine: only with UNFREED_LIVE_COST";
    const TempDir folder;
    ASSERT_NO_FATAL_FAILURE(start("--stacks always"));
    const auto leakers = leak_by_20000_paths(folder.path);
    for (const auto& leaker : leakers)
        ASSERT_TRUE(leaker->wait_for("leaked"));
    ASSERT_TRUE(has_20000_rows());
    const double before = used(), host_before = busy_seconds();
    std::this_thread::sleep_for(kMeasured);
    const double share = (used() - before) / static_cast<double>(kMeasured.count());
    std::printf("20 000 origins: %.2f %% of a core in %d s, the whole host %.0f %%\n", share * 100,
                static_cast<int>(kMeasured.count()),
                (busy_seconds() - host_before) / static_cast<double>(kMeasured.count()) * 100);
    if (is_judged()) {
        EXPECT_LT(share, kMostOfACore);
    }
    terminal().press({"q"});
    ASSERT_TRUE(terminal().shows("done"));
}

} // namespace
} // namespace unfreed::e2e
