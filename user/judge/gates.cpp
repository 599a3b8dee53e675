// SPDX-License-Identifier: BSD-2-Clause
#include "judge/gates.h"

#include "judge/incomplete_beta.h"
#include "judge/incomplete_gamma.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace unfreed {
namespace {

constexpr std::uint64_t kLeastSurvivors = 6;
// Shares of the window that objects must have lived.
constexpr std::array kAges{2.0 / 16, 3.0 / 16, 4.0 / 16, 5.0 / 16, 6.0 / 16,
                           7.0 / 16, 8.0 / 16, 9.0 / 16, 10.0 / 16};

// Survivors by time of birth. 40 parts make 8 or 5 equal cells, without sorting.
constexpr std::uint32_t kParts = 40;
constexpr std::uint32_t kManyCells = 8;
constexpr std::uint32_t kFewCells = 5;
constexpr std::uint64_t kManySurvivors = 32;
constexpr double kLeastOfMean = 0.2;
constexpr double kCellsToMeet = 0.75;
constexpr double kLargest = 0.5;
// What comes in bursts leaves cells empty: so many separate moments are no single event either.
constexpr std::uint32_t kMomentsToMeet = 4;
constexpr std::uint64_t kSurvivorsOfMoments = 12;
constexpr std::uint32_t kQuarters = 4;

// Half of what the last third of evenly spread births would bring.
constexpr double kStillComing = 1.0 / 6;
// At most one of three may have taken the place of an older one.
constexpr double kReplaced = 1.0 / 3;
// Jeffreys priors: of a rate, Gamma(1/2, 0); of a share, Beta(1/2, 1/2).
constexpr double kPrior = 0.5;

struct Births {
    std::array<std::uint64_t, kParts> parts{};
    std::uint64_t all = 0;
    std::uint64_t last_third = 0;
    double exposure_s = 0;
};

Births births_of(const Lives& lives, double age_s) {
    Births births;
    const double end_s = lives.window_s - age_s;
    for (const double birth_s : lives.survivors) {
        if (birth_s > end_s)
            continue;
        const auto part = static_cast<std::size_t>(std::max(birth_s, 0.0) / end_s * kParts);
        ++births.parts[std::min<std::size_t>(part, kParts - 1)];
        ++births.all;
        births.last_third += birth_s > end_s * 2 / 3;
        births.exposure_s += end_s - birth_s;
    }
    return births;
}

bool counts(std::uint64_t count, double mean) {
    return static_cast<double>(count) >= std::max(1.0, kLeastOfMean * mean);
}

struct Cells {
    std::uint32_t met = 0;
    std::uint64_t largest = 0;
};

Cells cells_of(const Births& births, std::uint32_t cells) {
    const std::uint32_t width = kParts / cells;
    const double mean = static_cast<double>(births.all) / cells;
    Cells result;
    for (std::uint32_t cell = 0; cell < cells; ++cell) {
        std::uint64_t count = 0;
        for (std::uint32_t part = 0; part < width; ++part)
            count += births.parts[cell * width + part];
        result.met += counts(count, mean);
        result.largest = std::max(result.largest, count);
    }
    return result;
}

// Runs of parts with births, apart by one without.
Cells moments_of(const Births& births) {
    std::vector<std::uint64_t> moments;
    bool apart = true;
    for (const std::uint64_t count : births.parts) {
        if (count && apart)
            moments.push_back(0);
        if (count)
            moments.back() += count;
        apart = count == 0;
    }
    const double mean = static_cast<double>(births.all) / static_cast<double>(moments.size());
    Cells result;
    for (const std::uint64_t count : moments) {
        result.met += counts(count, mean);
        result.largest = std::max(result.largest, count);
    }
    return result;
}

void look_at_births(GateFacts& facts, const Births& births) {
    const auto few = [&](std::uint64_t count) {
        return static_cast<double>(count) < kLargest * static_cast<double>(births.all);
    };
    facts.cells = births.all >= kManySurvivors ? kManyCells : kFewCells;
    const Cells cells = cells_of(births, facts.cells);
    const Cells moments = moments_of(births);
    facts.cells_met = cells.met;
    facts.moments = moments.met;
    facts.largest_cell = static_cast<double>(cells.largest) / static_cast<double>(births.all);
    const bool everywhere = cells.met >= kCellsToMeet * facts.cells && few(cells.largest);
    const bool again_and_again = births.all >= kSurvivorsOfMoments &&
                                 moments.met >= kMomentsToMeet && few(moments.largest) &&
                                 cells_of(births, kQuarters).met >= kCellsToMeet * kQuarters;
    facts.steady = everywhere || again_and_again;
}

// An object that may have reached the age counts as one that did: a death too many makes a verdict
// milder, one too few could make it wrong.
void count_deaths(GateFacts& facts, const Lives& lives, double age_s) {
    for (const Lives::Deaths& deaths : lives.deaths) {
        const double lived_s = deaths.death_s - deaths.birth_s;
        if (lived_s + lives.precision_s / 2 < age_s)
            continue;
        facts.died += deaths.count;
        facts.exposure_s += std::max(0.0, lived_s - age_s) * static_cast<double>(deaths.count);
    }
}

double older_gone(const Lives& lives, double after_s) {
    double gone = 0;
    for (const Lives::Older& older : lives.older)
        if (older.time_s > after_s)
            gone += older.gone;
    return gone;
}

} // namespace

std::optional<GateFacts> gates_at(const Lives& lives, double age_s) {
    if (age_s >= lives.window_s)
        return std::nullopt;
    const Births births = births_of(lives, age_s);
    if (births.all < kLeastSurvivors)
        return std::nullopt;
    GateFacts facts;
    facts.age_ns = static_cast<std::uint64_t>(std::llround(age_s * 1e9));
    facts.survivors = births.all;
    facts.last_third = births.last_third;
    facts.exposure_s = births.exposure_s;
    look_at_births(facts, births);
    count_deaths(facts, lives, age_s);
    const double gone = older_gone(lives, age_s);
    facts.older_gone = static_cast<std::uint64_t>(std::llround(gone));

    const auto n = static_cast<double>(facts.survivors);
    const auto late = static_cast<double>(facts.last_third);
    facts.p_out = incomplete_gamma(static_cast<double>(facts.died) + kPrior,
                                   facts.exposure_s * std::numbers::ln2 / lives.window_s);
    facts.p_now = 1 - incomplete_beta(kStillComing, late + kPrior, n - late + kPrior);
    facts.p_grow = incomplete_beta(kReplaced, gone + kPrior, n + kPrior);
    facts.p_grow_lowest = facts.p_grow;
    facts.confidence = std::min({facts.p_out, facts.p_now, facts.p_grow});
    return facts;
}

std::optional<GateFacts> gates_of(const Lives& lives, double min_age_s) {
    std::optional<GateFacts> best;
    std::optional<GateFacts> lowest; // at the lowest age
    double former_s = -1;
    for (const double share : kAges) {
        const double age_s = std::max(share * lives.window_s, min_age_s);
        if (age_s <= former_s || age_s > kAges.back() * lives.window_s)
            continue;
        former_s = age_s;
        auto facts = gates_at(lives, age_s);
        if (!facts)
            break; // fewer still are older
        // The newest are not of a high age yet: whether they still come is seen at a low one. And
        // little of the trace is left for older ones to go in after a high age.
        lowest = lowest ? lowest : facts;
        facts->p_now = std::min(facts->p_now, lowest->p_now);
        facts->p_grow_lowest = lowest->p_grow;
        facts->confidence = std::min(facts->confidence, facts->p_now);
        const auto surer = [](const GateFacts& a, const GateFacts& b) {
            if (a.steady != b.steady)
                return a.steady;
            return a.confidence != b.confidence ? a.confidence > b.confidence : a.p_out > b.p_out;
        };
        if (!best || surer(*facts, *best))
            best = facts;
    }
    return best;
}

Lives as_of(const Lives& lives, double time_s) {
    Lives then;
    then.window_s = time_s;
    then.precision_s = lives.precision_s;
    for (const double birth_s : lives.survivors)
        if (birth_s < time_s)
            then.survivors.push_back(birth_s);
    for (const Lives::Deaths& deaths : lives.deaths) {
        if (deaths.death_s <= time_s)
            then.deaths.push_back(deaths);
        else if (deaths.birth_s < time_s)
            then.survivors.insert(then.survivors.end(), deaths.count, deaths.birth_s);
    }
    for (const Lives::Older& older : lives.older)
        if (older.time_s <= time_s)
            then.older.push_back(older);
    return then;
}

} // namespace unfreed
