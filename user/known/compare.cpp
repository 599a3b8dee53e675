// SPDX-License-Identifier: BSD-2-Clause
#include "known/compare.h"

#include "judge/grown.h"
#include "report/group_id.h"
#include "report/rows.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

namespace unfreed {
namespace {

// report_builder.cpp puts "-2" behind an id that it has had.
std::string id_of(const Group& group) {
    return group.id.substr(0, group.id.find('-'));
}

// What is sure of an origin whose user stack is not.
std::string id_without_user_stack(const Group& group) {
    const ReportProcess none;
    const ReportProcess& process = group.processes.empty() ? none : group.processes.front();
    return group_id(to_string(group.object_class), group.cache, group.kernel_stack, {},
                    process.exe.empty() ? process.comm : process.exe);
}

// Which groups of two reports are one origin. A group that the other report does not have by its id
// is compared without its user stack if that is not sure.
class OriginKeys {
  public:
    OriginKeys(const Report& before, const Report& after) {
        const std::set<std::string> then = ids_of(before), now = ids_of(after);
        std::set_intersection(then.begin(), then.end(), now.begin(), now.end(),
                              std::inserter(in_both_, in_both_.end()));
        for (const Report* report : {&before, &after})
            for (const Group& group : report->groups)
                if (group.judged && !has_sure_user_stack(group) && !is_in_both(group))
                    unsure_.insert(id_without_user_stack(group));
    }

    std::string operator()(const Group& group) const {
        if (is_in_both(group) || unsure_.empty())
            return id_of(group);
        const std::string sure = id_without_user_stack(group);
        return unsure_.count(sure) != 0 ? sure : id_of(group);
    }

  private:
    static std::set<std::string> ids_of(const Report& report) {
        std::set<std::string> ids;
        for (const Group& group : report.groups)
            if (group.judged)
                ids.insert(id_of(group));
        return ids;
    }
    bool is_in_both(const Group& group) const { return in_both_.count(id_of(group)) != 0; }

    std::set<std::string> in_both_;
    std::set<std::string> unsure_;
};

Attention attention_of(const Group& group) {
    return is_finding(group) ? group.attention : Attention::none;
}

struct Origin {
    std::uint64_t objects = 0;
    Attention attention = Attention::none;
    const Group* group = nullptr;
};

class Origins {
  public:
    Origins(const Report& report, const OriginKeys& key_of) {
        for (const Group& group : report.groups) {
            if (!group.judged)
                continue;
            const auto [at, is_new] = by_id_.try_emplace(key_of(group));
            if (is_new)
                order_.push_back(at->first);
            Origin& origin = at->second;
            origin.objects += group.count;
            // The least of the enum is the gravest.
            if (origin.group == nullptr || attention_of(group) < origin.attention) {
                origin.group = &group;
                origin.attention = attention_of(group);
            }
        }
    }

    const std::vector<std::string>& order() const { return order_; }
    const Origin& operator[](const std::string& id) const { return by_id_.at(id); }
    const Origin* find(const std::string& id) const {
        const auto at = by_id_.find(id);
        return at == by_id_.end() ? nullptr : &at->second;
    }
    std::size_t findings() const {
        return static_cast<std::size_t>(
            std::count_if(by_id_.begin(), by_id_.end(), [](const auto& entry) {
                return entry.second.attention != Attention::none;
            }));
    }

  private:
    std::map<std::string, Origin> by_id_;
    std::vector<std::string> order_;
};

// A command has made what it makes when it ends, however long it took, and again in each repeat;
// and two moments of one trace see the same objects come and go.
double exposure_of(const Report& report, const Report& other) {
    const bool one_trace = !report.host.boot_id.empty() && !report.trace.started_at.empty() &&
                           report.host.boot_id == other.host.boot_id &&
                           report.trace.started_at == other.trace.started_at;
    if (one_trace)
        return 1;
    if (report.trace.mode == "run" || other.trace.mode == "run")
        return std::max(report.trace.repeats.ended, 1u);
    const std::uint64_t young = std::min(report.trace.min_age_ns, report.trace.duration_ns);
    return std::max(static_cast<double>(report.trace.duration_ns - young), 1.0);
}

// Leaking or suspect.
bool is_accused(Attention attention) {
    return attention <= Attention::suspect;
}

class Comparison {
  public:
    Comparison(const Report& before, const Report& after, const OriginKeys& keys)
        : before_(before), after_(after), then_(before, keys), now_(after, keys) {}

    std::vector<OriginChange> changes() const {
        std::vector<OriginChange> changes;
        for (const std::string& id : now_.order())
            changes.push_back(change_of(id, then_.find(id), now_[id]));
        for (const std::string& id : then_.order())
            if (now_.find(id) == nullptr)
                changes.push_back(gone(id, then_[id]));
        return changes;
    }

  private:
    Stayed stayed(const Report& report, const Report& other, std::uint64_t objects) const {
        return {objects, exposure_of(report, other), report.trace.sample.one_in};
    }

    bool grew(std::uint64_t then, std::uint64_t now) const {
        return has_grown(stayed(before_, after_, then), stayed(after_, before_, now),
                         now_.findings());
    }
    bool shrank(std::uint64_t then, std::uint64_t now) const {
        return has_grown(stayed(after_, before_, now), stayed(before_, after_, then),
                         then_.findings());
    }

    OriginChange change_of(const std::string& id, const Origin* then, const Origin& now) const {
        OriginChange change;
        change.id = id;
        change.after = now.objects;
        change.attention_after = now.attention;
        change.group = now.group;
        if (then != nullptr) {
            change.before = then->objects;
            change.attention_before = then->attention;
        }
        const bool is_more = grew(change.before, change.after);
        if (then == nullptr)
            change.change = Change::fresh;
        else if (is_more)
            change.change = Change::grown;
        else if (is_accused(now.attention) && !is_accused(then->attention))
            change.change = Change::turned;
        else
            change.change = Change::known;
        // A few objects that deserve a look come and go on every host.
        change.is_told = is_accused(now.attention) || (now.attention == Attention::look && is_more);
        return change;
    }

    OriginChange gone(const std::string& id, const Origin& then) const {
        OriginChange change;
        change.id = id;
        change.change = Change::gone;
        change.before = then.objects;
        change.attention_before = then.attention;
        change.group = then.group;
        change.is_told = is_accused(then.attention) ||
                         (then.attention == Attention::look && shrank(then.objects, 0));
        return change;
    }

    const Report& before_;
    const Report& after_;
    Origins then_;
    Origins now_;
};

} // namespace

std::vector<OriginChange> compare(const Report& before, const Report& after) {
    return Comparison(before, after, OriginKeys(before, after)).changes();
}

void compare_with_baseline(Report& report, const Report& baseline, const std::string& file) {
    std::map<std::string, Change> by_origin;
    const OriginKeys key_of(baseline, report);
    for (const OriginChange& change : Comparison(baseline, report, key_of).changes())
        by_origin.emplace(change.id, change.change);
    BaselineUse use;
    use.file = file;
    use.started_at = baseline.trace.started_at;
    use.not_in_file = baseline.groups_omitted;
    for (Group& group : report.groups) {
        if (const auto change = by_origin.find(key_of(group)); change != by_origin.end())
            group.change = change->second;
        if (is_finding(group) && group.change == Change::known) {
            ++use.groups;
            use.objects += group.count;
        }
    }
    report.baseline = std::move(use);
}

} // namespace unfreed
