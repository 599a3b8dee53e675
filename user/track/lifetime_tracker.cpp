// SPDX-License-Identifier: BSD-2-Clause
#include "track/lifetime_tracker.h"

#include <algorithm>
#include <utility>

namespace unfreed {
namespace {

// How many look-ups ahead memory is fetched: a table of a million objects is no guest of the cache.
constexpr std::size_t kPrefetchDistance = 16;

// A second record for an origin can only add what the first could not read.
void complete(OriginEvent& known, const OriginEvent& again) {
    if (known.kernel_stack.empty())
        known.kernel_stack = again.kernel_stack;
    if (known.user_stack.empty())
        known.user_stack = again.user_stack;
    if (known.cache_name.empty())
        known.cache_name = again.cache_name;
    if (known.cache_object_bytes == 0)
        known.cache_object_bytes = again.cache_object_bytes;
    if (known.comm.empty())
        known.comm = again.comm;
}

} // namespace

LifetimeTracker::LifetimeTracker(const TrackerOptions& options, ProcessReader& reader)
    : options_(options), processes_(reader) {}

void LifetimeTracker::apply(const Event& event) {
    std::visit([this](const auto& one) { on(one); }, event);
}

void LifetimeTracker::on(const OriginEvent& event) {
    const auto [it, is_new] = origins_.try_emplace(event.id, event);
    if (!is_new) {
        ++stats_.repeated_origins;
        complete(it->second, event);
    }
    processes_.learn(event, is_new);
}

void LifetimeTracker::forget(const RetiredOrigin& origin) {
    const auto known = origins_.find(origin.id);
    OriginCounts& sum =
        retired_[known != origins_.end() ? birth_place_of(known->second) : BirthPlace{}];
    sum.births += origin.counts.births;
    sum.deaths += origin.counts.deaths;
    sum.replaced += origin.counts.replaced;
    old_deaths_.forget(origin.id, known != origins_.end() ? &known->second : nullptr);
    if (known != origins_.end()) {
        processes_.forget(known->second);
        origins_.erase(known);
    }
    if (const auto charged = charged_dead_.find(origin.id); charged != charged_dead_.end()) {
        charged_before_.push_back(charged->second);
        charged_before_.back().origin.id = OriginId{};
        charged_dead_.erase(charged);
    }
    given_up_.erase(origin.id);
    death_runs_.forget(origin.id);
    history_.forget(origin.id);
}

void LifetimeTracker::on(const StageEvent& event) {
    Tracked* object = tracked_.find(event.address);
    if (object && object->birth_ns == event.birth_ns)
        stage_times_.add(object->stages, event.stage, event.time_ns);
    else
        ++stats_.unknown_stages;
}

void LifetimeTracker::on(const FreeEvent& event) {
    note_freed({event.address, event.birth_ns}, event.time_ns);
    Tracked* object = tracked_.find(event.address);
    if (!object || object->birth_ns > event.birth_ns) {
        ++stats_.unknown_frees;
        return;
    }
    // A free of a later object at this address proves the death of the earlier one, too.
    if (object->birth_ns == event.birth_ns) {
        ++stats_.freed;
    } else {
        ++stats_.unknown_frees;
        ++stats_.replaced;
    }
    note_death(*object, event.time_ns);
    stage_times_.release(object->stages);
    tracked_.erase(event.address);
}

void LifetimeTracker::on(const ChargedEvent& event) {
    ChargedDead& sum = charged_dead_[event.origin];
    if (sum.count++ == 0) {
        sum.tgid = event.tgid;
        if (const auto origin = origins_.find(event.origin); origin != origins_.end())
            sum.origin = origin->second;
    }
    sum.rmem_alloc += event.rmem_alloc;
    sum.wmem_queued += event.wmem_queued;
    sum.forward_alloc += event.forward_alloc;
}

// The latest is nearest to what is pending now. One without a stack says less than one before it.
void LifetimeTracker::on(const GivenUpEvent& event) {
    GivenUpEvent& known = given_up_[event.origin];
    if (known.kernel_stack.empty() || !event.kernel_stack.empty())
        known = event;
}

void LifetimeTracker::note_freed(const ObjectKey& key, std::uint64_t time_ns) {
    if (key.address == 0)
        return;
    Freed& freed = freed_.find_or_insert(key.address).value;
    if (freed.birth_ns <= key.birth_ns)
        freed = Freed{key.birth_ns, time_ns};
}

void LifetimeTracker::note_death(const Tracked& object, std::uint64_t time_ns) {
    if (options_.exit_is_no_death) {
        const auto origin = origins_.find(object.origin);
        const ProcessInfo* owner =
            origin != origins_.end() ? processes_.find(origin->second.tgid) : nullptr;
        if (owner && !owner->alive && owner->exited_at_ns <= time_ns) {
            old_deaths_.died_at_exit(object.origin, object.birth_ns, time_ns);
            return;
        }
    }
    old_deaths_.died(object.origin, object.birth_ns, time_ns);
    death_runs_.died(object.origin, object.birth_ns, time_ns);
}

void LifetimeTracker::follow_sample(std::uint32_t one_in) {
    for (; one_in_ && one_in_ < one_in; one_in_ *= 2)
        old_deaths_.halve_counts();
    one_in_ = one_in;
}

bool LifetimeTracker::is_dead(const TableObject& object) const {
    const Freed* freed = freed_.find(object.address);
    return freed && freed->birth_ns >= object.birth_ns;
}

bool LifetimeTracker::old_enough(const TableObject& object, std::uint64_t now_ns) const {
    // Born while the table was being copied: its birth may be later than the time of the copy.
    const std::uint64_t age = now_ns > object.birth_ns ? now_ns - object.birth_ns : 0;
    return age >= options_.promotion_age_ns[static_cast<std::size_t>(object.object_class)];
}

bool LifetimeTracker::reconcile_one(const TableObject& object, std::uint64_t now_ns) {
    if (object.address == 0 || is_dead(object))
        return false;
    Tracked* known = tracked_.find(object.address);
    if (known && known->birth_ns == object.birth_ns) {
        known->seen = tick_;
        return false;
    }
    const bool wanted = old_enough(object, now_ns);
    if (!known) {
        if (wanted)
            tracked_.find_or_insert(object.address).value =
                Tracked{object.birth_ns, 0, tick_, object.origin};
        return wanted;
    }
    // An address may be copied twice when its object moves between sets meanwhile: the later birth
    // is the living one.
    if (known->birth_ns > object.birth_ns)
        return false;
    ++stats_.replaced;
    note_death(*known, object.birth_ns);
    stage_times_.release(known->stages);
    if (wanted) {
        *known = Tracked{object.birth_ns, 0, tick_, object.origin};
    } else {
        note_freed({object.address, known->birth_ns}, now_ns);
        tracked_.erase(object.address);
    }
    return wanted;
}

std::vector<ObjectKey> LifetimeTracker::reconcile(const TableSnapshot& table) {
    ++tick_;
    old_deaths_.tick(table.taken_at_ns);
    follow_sample(table.sampling.one_in);
    // A copy that was begun after a death cannot show the dead object. This copy was begun after
    // the former one was made.
    if (table.taken_at_ns > last_table_ns_) {
        freed_.erase_if(
            [this](std::uint64_t, const Freed& freed) { return freed.time_ns <= last_table_ns_; });
        last_table_ns_ = table.taken_at_ns;
    }

    std::vector<ObjectKey> promoted;
    const std::vector<TableObject>& objects = table.objects;
    tracked_.reserve(static_cast<std::size_t>(
        std::count_if(objects.begin(), objects.end(), [&](const TableObject& object) {
            return old_enough(object, table.taken_at_ns);
        })));
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (i + kPrefetchDistance < objects.size())
            tracked_.prefetch(objects[i + kPrefetchDistance].address);
        if (!reconcile_one(objects[i], table.taken_at_ns))
            continue;
        promoted.push_back({objects[i].address, objects[i].birth_ns});
        if (origins_.find(objects[i].origin) == origins_.end())
            processes_.learn(objects[i].tgid, table.taken_at_ns);
    }
    stats_.promoted += promoted.size();

    tracked_.erase_if([&](std::uint64_t address, Tracked& object) {
        if (object.seen == tick_)
            return false;
        const bool died = table.sampling.follows(address);
        ++(died ? stats_.found_dead : stats_.sampled_out);
        if (died)
            note_death(object, table.taken_at_ns);
        stage_times_.release(object.stages);
        return true;
    });
    history_.add(table.taken_at_ns, table.origins, table.sampling.one_in);
    return promoted;
}

LiveObject LifetimeTracker::describe(const TableObject& object, const Tracked* known) const {
    LiveObject live;
    live.slot = object;
    if (known && known->birth_ns == object.birth_ns) {
        stage_times_.for_each(known->stages, [&](std::uint32_t stage, std::uint64_t time_ns) {
            live.stage_times_ns.emplace(stage, time_ns);
            live.slot.stages |= stage;
        });
    }
    return live;
}

Snapshot LifetimeTracker::snapshot(const TableSnapshot& table) const {
    struct Place {
        std::uint64_t address;
        std::uint32_t index;
    };
    std::vector<Place> order;
    order.reserve(table.objects.size());
    for (std::size_t i = 0; i < table.objects.size(); ++i)
        order.push_back({table.objects[i].address, static_cast<std::uint32_t>(i)});
    std::sort(order.begin(), order.end(), [&](const Place& a, const Place& b) {
        if (a.address != b.address)
            return a.address < b.address;
        return table.objects[a.index].birth_ns > table.objects[b.index].birth_ns;
    });

    Snapshot snapshot;
    snapshot.taken_at_ns = table.taken_at_ns;
    snapshot.one_in = table.sampling.one_in;
    snapshot.objects.reserve(order.size());
    std::uint64_t last_address = 0;
    for (const Place& place : order) {
        // Of one address only the latest birth lives.
        if (place.address == last_address)
            continue;
        last_address = place.address;
        const TableObject& object = table.objects[place.index];
        const Tracked* known = tracked_.find(object.address);
        if (is_dead(object) || (known && known->birth_ns > object.birth_ns))
            continue;
        snapshot.objects.push_back(describe(object, known));
    }
    snapshot.origins = origins_;
    snapshot.counts = table.origins;
    snapshot.given_up = given_up_;
    snapshot.retired = retired_;
    snapshot.charged_dead = charged_before_;
    for (const auto& [id, dead] : charged_dead_)
        snapshot.charged_dead.push_back(dead);
    snapshot.history = history_.points();
    snapshot.deaths = old_deaths_.record();
    snapshot.last_deaths = death_runs_.latest();
    processes_.copy_to(snapshot);
    return snapshot;
}

std::size_t LifetimeTracker::memory_bytes() const {
    return tracked_.memory_bytes() + freed_.memory_bytes() + stage_times_.memory_bytes();
}

} // namespace unfreed
