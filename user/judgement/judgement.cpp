// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/judgement.h"

#include "abi/limits.h"
#include "coverage/hidden_frees.h"

#include <algorithm>
#include <utility>

namespace unfreed {
namespace {

// kmem_cache_destroy() takes a cache out of slabinfo, also if objects are left in it. Names that
// are guessed from a size may be in none; those that were cut are known by their beginning.
bool is_gone(const std::string& cache, const SlabInfo& slabs) {
    if (cache.empty() || cache.starts_with("kmalloc"))
        return false;
    if (cache.size() + 1 < UF_CACHE_NAME_LEN)
        return slabs.find(cache) == nullptr;
    return std::none_of(slabs.caches.begin(), slabs.caches.end(),
                        [&](const SlabCache& known) { return known.name.starts_with(cache); });
}

} // namespace

Judgement judge_caches(const Survey& survey, const KernelSymbols& symbols) {
    CoverageInput input;
    input.before = survey.books.start;
    input.after = survey.books.now;
    input.cpus = survey.books.cpus;
    input.wants_slab = wants(survey.trace, ObjectClass::slab);
    input.wants_sockets = wants(survey.trace, ObjectClass::socket);
    input.wants_dentries = wants(survey.trace, ObjectClass::dentry);
    const bool hides = input.wants_slab && !survey.sight.sees_bulk_frees;
    if (input.after.slabs)
        input.names = SlabNames(survey.books.slab_links, *input.after.slabs);
    if (hides)
        input.hidden = caches_with_hidden_frees(input.names);

    Judgement judgement;
    judgement.names = input.names;
    if (input.after.slabs)
        judgement.cache_destroyed = [slabs = &*survey.books.now.slabs](const std::string& cache) {
            return is_gone(cache, *slabs);
        };
    HiddenPlaces places;
    if (hides)
        places = HiddenPlaces(survey.snapshot, [&](std::uint64_t address) {
            const auto symbol = symbols.find(address - 1);
            return symbol ? symbol->name : std::string();
        });
    auto caches = input.hidden;
    // Of a sample only estimates are known, which prove nothing against the kernel's own counts.
    if (survey.books.comparable && survey.snapshot.one_in == 1) {
        for (CoverageRow& row : compare(
                 traced_growth(survey.snapshot, survey.unfollowed, input.names, places), input)) {
            if (!row.judged)
                caches.insert(row.row.cache);
            judgement.rows.push_back(std::move(row.row));
        }
    }
    // Where no free is hidden, a cache that is not reliable is a warning.
    if (hides)
        judgement.frees_hidden = [caches = std::move(caches), places = std::move(places),
                                  names = judgement.names](const OriginEvent& origin) {
            return is_of_cache(origin.object_class) &&
                   (places.contains(birth_place_of(origin)) ||
                    caches.contains(names.counted_as(origin.cache_name)));
        };
    return judgement;
}

std::uint64_t objects_not_judged(const AnalyzedGroups& analyzed) {
    std::uint64_t objects = 0;
    for (const auto& [cache, count] : analyzed.not_judged)
        objects += count;
    return objects;
}

namespace {

NotJudged not_judged(const std::string& cache, std::uint64_t objects,
                     const AnalyzedGroups& analyzed) {
    NotJudged one{cache, objects};
    const auto things = analyzed.not_judged_things.find(cache);
    if (things == analyzed.not_judged_things.end())
        return one;
    for (const auto& [plural, count] : things->second)
        if (count > one.things) {
            one.thing = plural;
            one.things = count;
        }
    return one;
}

} // namespace

void add_coverage(Report& report, std::vector<Coverage> rows, const AnalyzedGroups& analyzed,
                  const SlabNames& names) {
    std::vector<std::string> caches;
    for (const AnalyzedGroup& group : analyzed.groups)
        if (group.judged)
            caches.push_back(names.counted_as(group.cache));
    sort_by_relevance(rows, caches);
    report.coverage = std::move(rows);
    for (const auto& [cache, objects] : analyzed.not_judged)
        report.not_judged.push_back(not_judged(cache, objects, analyzed));
    std::stable_sort(report.not_judged.begin(), report.not_judged.end(),
                     [](const NotJudged& a, const NotJudged& b) { return a.objects > b.objects; });
}

} // namespace unfreed
