// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/thing_parts.h"

#include "analyze/verdict_sentence.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace unfreed {
namespace {

// Between the first and the last object of one act: the making of a namespace takes that long.
constexpr std::uint64_t kLongestActNs = 200'000'000;
// Before the numbers of a part: "Of their filp: ".
constexpr std::string_view kNumbersOf = "Of their ";

bool is_surer(Verdict one, Verdict other) {
    return (one == Verdict::leaking || one == Verdict::suspect) && one < other;
}

// The same calls, if both are known.
bool may_be_of_one_call(const AnalyzedGroup& one, const AnalyzedGroup& other) {
    return one.user_stack.empty() || other.user_stack.empty() || one.user_stack == other.user_stack;
}

// A part that was made before or after all of the things that are there is left of another, and has
// to be told by itself. Of what an exit freed no age is known, but how many it freed.
bool was_made_with(const AnalyzedGroup& part, const AnalyzedGroup& thing) {
    if (!part.age_ns || !thing.age_ns)
        return thing.count != 0 && part.count % thing.count == 0;
    return part.age_ns->max <= thing.age_ns->max + kLongestActNs &&
           part.age_ns->min + kLongestActNs >= thing.age_ns->min;
}

// The numbers are those of the part; how fast the things come is told by how many there are of it.
void take_verdict(AnalyzedGroup& thing, const AnalyzedGroup& part) {
    const double rate = static_cast<double>(thing.count) /
                        static_cast<double>(std::max<std::uint64_t>(part.count, 1));
    thing.verdict = part.verdict;
    thing.confidence = part.confidence;
    thing.facts = part.facts;
    thing.facts.objects_per_hour *= rate;
    thing.facts.bytes_per_hour.reset();
    if (thing.bytes && thing.count != 0)
        thing.facts.bytes_per_hour = thing.facts.objects_per_hour *
                                     static_cast<double>(*thing.bytes) /
                                     static_cast<double>(thing.count);
    if (!thing.facts.sentence.empty())
        thing.facts.sentence = std::string(kNumbersOf) + part.cache + ": " + thing.facts.sentence;
}

// The largest stands for all.
bool is_larger(const AnalyzedGroup* one, const AnalyzedGroup* other) {
    return one->bytes.value_or(0) > other->bytes.value_or(0);
}

// Where two objects of a thing may be its core (the pipe and its ring), both are there as often.
// Else they are things of two call sites, and each has its own number.
bool may_stand_below(const AnalyzedGroup& group, const AnalyzedGroup& thing) {
    return !group.is_core ||
           (!is_larger(&group, &thing) && group.cache != thing.cache && group.count == thing.count);
}

} // namespace

void put_below(AnalyzedGroup& principal, AnalyzedGroup& group) {
    group.companion = true;
    principal.attention = std::min(principal.attention, group.attention);
    if (is_surer(group.verdict, principal.verdict))
        take_verdict(principal, group);
    principal.companions.push_back({group.object_class, group.cache, group.count, group.bytes});
    for (Companion& its : std::exchange(group.companions, {}))
        principal.companions.push_back(std::move(its));
}

void join_parts_of_things(const std::vector<AnalyzedGroup*>& groups) {
    std::vector<AnalyzedGroup*> things;
    for (AnalyzedGroup* group : groups)
        if (group->is_core)
            things.push_back(group);
    std::stable_sort(things.begin(), things.end(), is_larger);
    for (AnalyzedGroup* group : groups) {
        if (group->part_of.singular.empty() || group->companion)
            continue;
        const auto thing =
            std::find_if(things.begin(), things.end(), [&](const AnalyzedGroup* one) {
                return one != group && !one->companion &&
                       one->part_of.singular == group->part_of.singular &&
                       may_stand_below(*group, *one) && may_be_of_one_call(*group, *one) &&
                       was_made_with(*group, *one);
            });
        if (thing == things.end())
            continue;
        put_below(**thing, *group);
    }
}

void count_parts(AnalyzedGroup& thing, std::uint32_t one_in) {
    VerdictFacts& facts = thing.facts;
    if (!thing.is_core || thing.companions.empty() || !facts.bytes_per_hour ||
        thing.bytes.value_or(0) == 0)
        return;
    std::uint64_t all = *thing.bytes;
    for (const Companion& part : thing.companions)
        all += part.bytes.value_or(0);
    *facts.bytes_per_hour *= static_cast<double>(all) / static_cast<double>(*thing.bytes);
    if (facts.sentence.empty() || !facts.gates)
        return;
    const std::size_t numbers =
        facts.sentence.find(kNumbersOf) == 0 ? facts.sentence.find(": ") : 0;
    const std::string whose = numbers == 0 ? "" : facts.sentence.substr(0, numbers + 2);
    facts.sentence = whose + verdict_sentence(facts, one_in);
}

} // namespace unfreed
