// SPDX-License-Identifier: BSD-2-Clause
// Writes the synthetic table of docs/verdicts.md: verdict_table [TRACES OF EACH KIND [FIRST SEED]].
#include "growth_rules.h"
#include "trace.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string>

namespace unfreed::verdicts {
namespace {

constexpr std::array kThresholds{0.5, 0.7, 0.8, 0.9, 0.95, 0.99};

struct Seeds {
    std::uint64_t first = 0, count = 0;
};

struct Row {
    std::uint64_t traces = 0, leaking = 0, noticed = 0, leaking_short = 0;
    std::array<std::uint64_t, kGrowthRules.size()> rules{};
    std::array<std::uint64_t, kThresholds.size()> above{};

    void add(const Lifes& lifes) {
        const Judged judged = judge(lifes);
        ++traces;
        leaking += judged.verdict == Verdict::leaking;
        noticed += judged.verdict == Verdict::leaking || judged.verdict == Verdict::suspect;
        leaking_short += judged.verdict_short == Verdict::leaking;
        const std::vector<double> counts = living(lifes);
        for (std::size_t i = 0; i < rules.size(); ++i)
            rules[i] += kGrowthRules[i].says_leaking(lifes, counts);
        for (std::size_t i = 0; i < above.size(); ++i)
            above[i] += judged.confidence >= kThresholds[i];
    }
    void add(const Row& row) {
        traces += row.traces;
        leaking += row.leaking;
        noticed += row.noticed;
        leaking_short += row.leaking_short;
        for (std::size_t i = 0; i < rules.size(); ++i)
            rules[i] += row.rules[i];
        for (std::size_t i = 0; i < above.size(); ++i)
            above[i] += row.above[i];
    }
    std::string share(std::uint64_t count) const {
        return count == 0 ? "0"
                          : fmt::format("{:.1f}", 100.0 * static_cast<double>(count) /
                                                      static_cast<double>(traces));
    }
};

void print(std::string_view name, std::string_view what, const Row& row) {
    std::string line = fmt::format("| {} | {} | {} | {} | {} |", name, what, row.share(row.leaking),
                                   row.share(row.noticed), row.share(row.leaking_short));
    for (const std::uint64_t count : row.rules)
        line += fmt::format(" {} |", row.share(count));
    fmt::print("{}\n", line);
}

Row group(std::string_view title, std::span<const Kind> kinds, const Seeds& seeds) {
    Row sum;
    for (const Kind& kind : kinds) {
        Row row;
        for (std::uint64_t i = 0; i < seeds.count; ++i)
            row.add(make(kind, seeds.first + i));
        print(kind.name, kind.what, row);
        sum.add(row);
    }
    print(fmt::format("**{}**", title), fmt::format("{} of {} leaking", sum.leaking, sum.traces),
          sum);
    return sum;
}

void write_table(const Seeds& seeds) {
    std::string head = "| kind | what | leaking | or suspect | two looks |";
    std::string rule = "|---|---|--:|--:|--:|";
    for (const GrowthRule& other : kGrowthRules) {
        head += fmt::format(" {} |", other.name);
        rule += "--:|";
    }
    fmt::print("{}\n{}\n", head, rule);
    const Row healthy = group("healthy", healthy_kinds(), seeds);
    const Row leaky = group("leaky", leaky_kinds(), seeds);
    group("undecidable", undecidable_kinds(), seeds);
    fmt::print("\n| confidence at least |");
    for (const double threshold : kThresholds)
        fmt::print(" {} |", threshold);
    fmt::print("\n|---|{}\n| healthy, of {} |", "--:|--:|--:|--:|--:|--:|", healthy.traces);
    for (const std::uint64_t count : healthy.above)
        fmt::print(" {} |", count);
    fmt::print("\n| leaky, % |");
    for (const std::uint64_t count : leaky.above)
        fmt::print(" {} |", leaky.share(count));
    fmt::print("\n");
}

} // namespace
} // namespace unfreed::verdicts

int main(int argc, char** argv) {
    const long traces = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
    const long first = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 0;
    if (traces < 1 || first < 0) {
        fmt::print(stderr, "usage: verdict_table [TRACES OF EACH KIND [FIRST SEED]]\n");
        return 2;
    }
    unfreed::verdicts::write_table(
        {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(traces)});
}
