// SPDX-License-Identifier: BSD-2-Clause
#include "trace.h"

#include "judge/lives_of.h"
#include "track/old_deaths.h"

#include <algorithm>

namespace unfreed::verdicts {
namespace {

constexpr double kWindowS = 600;
constexpr double kMinAgeS = 10;
// Of CLOCK_MONOTONIC.
constexpr std::uint64_t kAttachedNs = 1'000'000'000'000;

std::uint64_t clock_ns(double windows) {
    return kAttachedNs + static_cast<std::uint64_t>(windows * kWindowS * 1e9);
}

std::uint64_t seed_of(const Kind& kind, std::uint64_t number) {
    std::uint64_t seed = 14695981039346656037ULL; // FNV-1a
    for (const char c : kind.name)
        seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return seed + number * 0xD1342543DE82EF95ULL;
}

Lives seen(const Lifes& lifes) {
    constexpr OriginId kOrigin{1};
    OldDeaths deaths;
    deaths.tick(kAttachedNs);
    Lives lives;
    lives.window_s = kWindowS;
    std::uint64_t older_gone = 0;
    Lifes by_death = lifes;
    std::sort(by_death.begin(), by_death.end(),
              [](const Life& a, const Life& b) { return a.death < b.death; });
    for (const Life& life : by_death) {
        if (life.birth >= 1 || life.death <= 0)
            continue;
        const bool dies = life.death <= 1;
        if (life.birth < 0) {
            if (!dies)
                continue;
            const UnfollowedCache cache{"", 0, ++older_gone};
            deaths.older({&cache, 1}, clock_ns(life.death));
        } else if (dies) {
            deaths.died(kOrigin, clock_ns(life.birth), clock_ns(life.death));
        } else {
            lives.survivors.push_back(life.birth * kWindowS);
        }
    }
    deaths.tick(clock_ns(1));
    const DeathRecord& record = deaths.record();
    if (const auto dead = record.by_origin.find(kOrigin); dead != record.by_origin.end())
        add_deaths(lives, dead->second, record, kAttachedNs);
    if (const auto older = record.older.find({}); older != record.older.end())
        add_older(lives, older->second, 1, record, kAttachedNs);
    return lives;
}

} // namespace

Lifes make(const Kind& kind, std::uint64_t seed) {
    Random random(seed_of(kind, seed));
    return kind.make(random);
}

Judged judge(const Lifes& lifes) {
    const Lives lives = seen(lifes);
    Case one;
    one.window_s = lives.window_s;
    one.gates = gates_of(lives, kMinAgeS);
    if (const auto half = gates_of(as_of(lives, kWindowS / 2), kMinAgeS))
        one.confidence_at_half = confidence_of(*half);
    Judged judged;
    judged.confidence = one.gates ? confidence_of(*one.gates) : 0;
    judged.verdict = decide(one);
    one.window_s = kSureWindowS - 1;
    judged.verdict_short = decide(one);
    return judged;
}

} // namespace unfreed::verdicts
