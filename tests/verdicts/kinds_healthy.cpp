// SPDX-License-Identifier: BSD-2-Clause
#include "kinds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

namespace unfreed::verdicts {
namespace {

template <class Lifetime>
Lifes churn(Random& random, double rate, Lifetime lifetime, double from) {
    Lifes lifes;
    for (double t : arrivals(random, rate, from, 1))
        lifes.push_back({t, t + lifetime()});
    return lifes;
}

void append(Lifes& to, const Lifes& more) {
    to.insert(to.end(), more.begin(), more.end());
}

Lifes heavy_tail(Random& random) {
    const double median = random.uniform(0.001, 0.02), sigma = random.uniform(1, 2);
    return churn(
        random, random.uniform(100, 800), [&] { return random.log_normal(median, sigma); }, -4);
}

Lifes pareto_tail(Random& random) {
    const double least = random.uniform(0.001, 0.01), alpha = random.uniform(1.1, 1.6);
    return churn(
        random, random.uniform(100, 600), [&] { return random.pareto(least, alpha); }, -20);
}

// They live about as long as the window or longer: what was there at attach is not seen.
Lifes long_lived(Random& random) {
    const double mean = random.uniform(0.3, 4);
    return churn(
        random, random.uniform(20, 400), [&] { return random.exponential(mean); }, -8 * mean);
}

Lifes timeout(Random& random) {
    const double life = random.uniform(0.2, 1.5);
    return churn(
        random, random.uniform(30, 400), [&] { return life * random.uniform(0.9, 1.1); },
        -3 * life);
}

Lifes stays_from(Random& random, double time, double spread) {
    Lifes lifes;
    for (int i = random.integer(20, 300); i > 0; --i)
        lifes.push_back({time + random.uniform(0, spread), kNever});
    return lifes;
}

Lifes start_up(Random& random) {
    Lifes lifes = stays_from(random, 0, 0.05);
    append(lifes,
           churn(
               random, random.uniform(20, 200), [&] { return random.exponential(0.01); }, 0));
    return lifes;
}

Lifes step(Random& random) {
    Lifes lifes = stays_from(random, random.uniform(0.2, 0.8), 0.02);
    append(lifes,
           churn(
               random, random.uniform(20, 200), [&] { return random.exponential(0.02); }, -1));
    return lifes;
}

Lifes two_steps(Random& random) {
    Lifes lifes = step(random);
    append(lifes, step(random));
    return lifes;
}

Lifes full_cache(Random& random) {
    return lru(random, 0.1, 0.6);
}

// The keys are finite, and ever fewer of those that come are new.
Lifes saturating_cache(Random& random) {
    const double tau = random.uniform(0.08, 0.3);
    Lifes lifes;
    for (int i = random.integer(50, 600); i > 0; --i)
        if (const double t = random.exponential(tau); t < 1)
            lifes.push_back({t, kNever});
    return lifes;
}

Lifes saw_teeth(Random& random) {
    return saw(random, 0.03, 0.45);
}

// A shrinker that frees most, at each period.
Lifes shrinker(Random& random) {
    const double period = random.uniform(0.05, 0.3), phase = random.uniform(0, period);
    const double keeps = random.uniform(0.05, 0.3);
    Lifes lifes;
    for (double t : arrivals(random, random.uniform(60, 500), -2, 1)) {
        double freed = phase + (std::floor((t - phase) / period) + 1) * period;
        while (random.chance(keeps))
            freed += period;
        lifes.push_back({t, freed});
    }
    return lifes;
}

template <class Rate>
Lifes under_load(Random& random, Rate rate, double most, double mean, double from) {
    Lifes lifes;
    for (double t : arrivals(random, rate, most, from, 1))
        lifes.push_back({t, t + random.exponential(mean)});
    return lifes;
}

// The window is somewhere on a wave of load, 1 to 6 windows long.
Lifes wave(Random& random, double most_rate, double mean, double from) {
    const double period = random.uniform(1, 6), phase = random.uniform(0, 2 * std::numbers::pi);
    const double rate = random.uniform(80, most_rate);
    const auto load = [&](double t) {
        return rate * (1 + 0.8 * std::sin(2 * std::numbers::pi * t / period + phase));
    };
    return under_load(random, load, 1.8 * rate, mean, from);
}

Lifes daily_long(Random& random) {
    return wave(random, 400, random.uniform(0.1, 0.4), -4);
}

Lifes rising(Random& random, double most_rise, double most_rate, double mean, double from) {
    const double rise = random.uniform(1, most_rise), rate = random.uniform(50, most_rate);
    const auto load = [&](double t) { return rate * (1 + rise * std::max(0.0, t)); };
    return under_load(random, load, rate * (1 + rise), mean, from);
}

Lifes ramp_long(Random& random) {
    return rising(random, 3, 200, random.uniform(0.1, 0.3), -3);
}

// A pool whose size walks at random about its mean.
Lifes breathing_pool(Random& random) {
    const int size = random.integer(30, 200);
    std::vector<double> pool;
    for (int i = 0; i < size; ++i)
        pool.push_back(-random.uniform());
    Lifes lifes;
    double target = size;
    constexpr int kSteps = 400;
    for (int i = 1; i <= kSteps; ++i) {
        const double t = static_cast<double>(i) / kSteps;
        target = std::max(5.0, target + random.normal(0, 1.5) - 0.01 * (target - size));
        while (static_cast<double>(pool.size()) < target)
            pool.push_back(t);
        while (static_cast<double>(pool.size()) > target) {
            const auto victim = random.integer(0, static_cast<int>(pool.size()) - 1);
            lifes.push_back({pool[static_cast<std::size_t>(victim)], t});
            pool.erase(pool.begin() + victim);
        }
    }
    for (double birth : pool)
        lifes.push_back({birth, kNever});
    return lifes;
}

Lifes grace_periods(Random& random) {
    const double period = random.uniform(0.005, 0.03);
    Lifes lifes;
    for (double t : arrivals(random, random.uniform(200, 1000), -0.5, 1))
        lifes.push_back({t, (std::floor(t / period) + 2) * period});
    return lifes;
}

constexpr std::array kHealthy{
    Kind{"short", "requests", short_lived},
    Kind{"heavy-tail", "log-normal lifetimes", heavy_tail},
    Kind{"pareto", "Pareto lifetimes", pareto_tail},
    Kind{"long-lived", "sessions of 0.3 to 4 windows", long_lived},
    Kind{"timeout", "sessions cut after 0.2 to 1.5 windows", timeout},
    Kind{"start-up", "a daemon opens what it keeps, then serves", start_up},
    Kind{"step", "a reload: another set that stays", step},
    Kind{"two-steps", "two of them", two_steps},
    Kind{"full-cache", "keyed cache that fills, then replaces", full_cache},
    Kind{"saturating", "cache of a finite number of keys", saturating_cache},
    Kind{"saw", "all dropped at the end of each period", saw_teeth},
    Kind{"shrinker", "70 to 95 % dropped", shrinker},
    Kind{"batch", "jobs in a row", batch},
    Kind{"daily", "a wave of load, short sessions", daily},
    Kind{"daily-long", "a wave of load, longer sessions", daily_long},
    Kind{"ramp", "load that grows, short sessions", ramp},
    Kind{"ramp-long", "load that grows, longer sessions", ramp_long},
    Kind{"pool", "a pool that breathes", breathing_pool},
    Kind{"rcu", "freed in batches after a grace period", grace_periods},
};

} // namespace

std::vector<double> arrivals(Random& random, double rate, double from, double to) {
    std::vector<double> times;
    for (int i = random.poisson(rate * (to - from)); i > 0; --i)
        times.push_back(random.uniform(from, to));
    std::sort(times.begin(), times.end());
    return times;
}

Lifes short_lived(Random& random) {
    const double mean = random.uniform(0.002, 0.05);
    return churn(
        random, random.uniform(50, 800), [&] { return random.exponential(mean); }, -1);
}

Lifes saw(Random& random, double least_period, double most_period) {
    const double period = random.uniform(least_period, most_period);
    const double phase = random.uniform(0, period);
    Lifes lifes;
    for (double t : arrivals(random, random.uniform(60, 600), -most_period, 1))
        lifes.push_back({t, phase + (std::floor((t - phase) / period) + 1) * period +
                                random.uniform(0, 0.002)});
    return lifes;
}

Lifes batch(Random& random) {
    const double period = random.uniform(0.05, 0.4);
    const double length = random.uniform(0.2, 0.9) * period;
    const int objects = random.integer(20, 200);
    Lifes lifes;
    for (double t = -2 + random.uniform(0, period); t < 1; t += period)
        for (int i = 0; i < objects; ++i)
            lifes.push_back({t + random.uniform(0, 0.1 * period),
                             t + length + random.uniform(0, 0.1 * period)});
    return lifes;
}

Lifes daily(Random& random) {
    return wave(random, 500, random.uniform(0.005, 0.08), -1);
}

Lifes ramp(Random& random) {
    return rising(random, 5, 300, random.uniform(0.005, 0.06), -1);
}

Lifes lru(Random& random, double least_fill, double most_fill) {
    const auto capacity = static_cast<std::size_t>(random.integer(40, 600));
    const double rate = static_cast<double>(capacity) / random.uniform(least_fill, most_fill);
    Lifes lifes;
    std::vector<double> cache; // the oldest first
    for (double t : arrivals(random, rate, 0, 1)) {
        cache.push_back(t);
        if (cache.size() <= capacity)
            continue;
        const auto victim = random.integer(0, static_cast<int>(cache.size() / 2));
        lifes.push_back({cache[static_cast<std::size_t>(victim)], t});
        cache.erase(cache.begin() + victim);
    }
    for (double birth : cache)
        lifes.push_back({birth, kNever});
    return lifes;
}

std::span<const Kind> healthy_kinds() {
    return kHealthy;
}

} // namespace unfreed::verdicts
