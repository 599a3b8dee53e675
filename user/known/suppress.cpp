// SPDX-License-Identifier: BSD-2-Clause
#include "known/suppress.h"

#include "known/glob.h"
#include "report/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace unfreed {
namespace {

bool any_matches(const std::vector<std::string>& globs, std::string_view text,
                 MatchBudget& budget) {
    return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
               return glob_matches(glob, text, budget);
           });
}

bool cache_matches(const Suppression& rule, const Group& group, MatchBudget& budget) {
    return any_matches(rule.caches, group.cache, budget) ||
           std::any_of(
               group.merged_caches.begin(), group.merged_caches.end(),
               [&](const std::string& name) { return any_matches(rule.caches, name, budget); });
}

// A rule for one program must not hide what another one made.
template <class Row>
bool processes_match(const Suppression& rule, const Row& group, MatchBudget& budget) {
    if (rule.processes.empty())
        return true;
    return !group.processes.empty() &&
           std::all_of(group.processes.begin(), group.processes.end(),
                       [&](const ReportProcess& process) {
                           return any_matches(rule.processes, process.comm, budget) ||
                                  any_matches(rule.processes, process.exe, budget);
                       });
}

// The frames of the kernel, then those of the program: from the allocating function outwards.
class Frames {
  public:
    explicit Frames(const Group& group) : group_(group) {}
    std::size_t size() const { return group_.kernel_stack.size() + group_.user_stack.size(); }
    const Frame& operator[](std::size_t index) const {
        const std::size_t kernel = group_.kernel_stack.size();
        return index < kernel ? group_.kernel_stack[index] : group_.user_stack[index - kernel];
    }

  private:
    const Group& group_;
};

// A file by its path or its last part.
bool object_matches(std::string_view glob, std::string_view module, MatchBudget& budget) {
    return glob_matches(glob, module, budget) ||
           glob_matches(glob, module.substr(module.rfind('/') + 1), budget);
}

bool frame_matches(const FramePattern& pattern, const Frame& frame, MatchBudget& budget) {
    return pattern.of == FramePattern::Of::object
               ? object_matches(pattern.glob, frame.module, budget)
               : glob_matches(pattern.glob, frame.function, budget);
}

// As glob_matches(), with frames for bytes; and the stack may go on behind the last pattern.
bool stack_matches(const std::vector<FramePattern>& patterns, const Frames& frames,
                   MatchBudget& budget) {
    std::size_t p = 0, f = 0;
    std::size_t star = std::string_view::npos, behind_star = 0;
    while (p < patterns.size()) {
        if (!budget.take())
            return false;
        if (patterns[p].of == FramePattern::Of::any_number) {
            star = p++;
            behind_star = f;
        } else if (f == frames.size()) {
            return false;
        } else if (frame_matches(patterns[p], frames[f], budget)) {
            ++p;
            ++f;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            f = ++behind_star;
        } else {
            return false;
        }
    }
    return true;
}

// "*text*" is what most lines of LeakSanitizer are, and they look at every frame of every group.
bool leak_matches(std::string_view glob, std::string_view text, MatchBudget& budget) {
    if (glob.size() > 2 && glob.front() == '*' && glob.back() == '*') {
        const std::string_view part = glob.substr(1, glob.size() - 2);
        if (part.find_first_of("*?") == part.npos)
            return budget.take() && text.find(part) != text.npos;
    }
    return glob_matches(glob, text, budget);
}

bool any_frame_matches(const std::string& glob, const Frames& frames, MatchBudget& budget) {
    std::string_view module; // of the frame before: most are of one
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const Frame& frame = frames[i];
        if (leak_matches(glob, frame.function, budget) ||
            (frame.module != module && leak_matches(glob, frame.module, budget)) ||
            (!frame.file.empty() && leak_matches(glob, frame.file, budget)))
            return true;
        module = frame.module;
    }
    return false;
}

std::string day(std::chrono::sys_days days) {
    const std::chrono::year_month_day date(days);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

SuppressionUse use_of(const Suppression& rule, std::chrono::sys_days today) {
    SuppressionUse use;
    use.name = rule.name;
    use.file = rule.file;
    use.line = rule.line;
    use.reason = rule.reason;
    use.max_objects = rule.max_objects;
    use.max_bytes = rule.max_bytes;
    if (rule.expires) {
        use.expires = day(*rule.expires);
        if (*rule.expires < today)
            use.state = SuppressionState::expired;
    }
    return use;
}

// What a rule hides with a row, of what needs a look.
struct Weight {
    std::uint64_t groups = 0;
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;

    static Weight of(const Group& group) {
        return group.attention == Attention::none ? Weight{}
                                                  : Weight{1, group.count, group.bytes.value_or(0)};
    }
    static Weight of(const SocketGroup& group) {
        return is_telling_group(group) ? Weight{1, group.count, group.memory_bytes} : Weight{};
    }
};

void count(SuppressionUse& use, const Weight& weight) {
    if (use.state == SuppressionState::unused)
        use.state = SuppressionState::used;
    use.groups += weight.groups;
    use.objects += weight.objects;
    use.bytes += weight.bytes;
}

bool is_over_max(const SuppressionUse& use) {
    return use.state == SuppressionState::used &&
           ((use.max_objects && use.objects > *use.max_objects) ||
            (use.max_bytes && use.bytes > *use.max_bytes));
}

// All rules, and what they have met. Which of them are over their max is known at the end only.
class Rules {
  public:
    Rules(const std::vector<Suppression>& rules, std::chrono::sys_days today,
          std::uint64_t most_steps)
        : rules_(rules), budget_(most_steps) {
        for (const Suppression& rule : rules)
            uses_.push_back(use_of(rule, today));
    }

    template <class Row>
    void meet(Row& row, const Weight& weight) {
        for (std::size_t r = 0; r < rules_.size(); ++r) {
            if (!matches(rules_[r], row, budget_))
                continue;
            count(uses_[r], weight);
            if (uses_[r].state == SuppressionState::expired)
                continue;
            met_.emplace_back(r, &row.suppressed_by);
            return;
        }
    }

    // False: the budget was not enough for all of them.
    bool hide() {
        for (SuppressionUse& use : uses_)
            if (is_over_max(use))
                use.state = SuppressionState::over_max;
        for (const auto& [rule, name] : met_)
            if (uses_[rule].state == SuppressionState::used)
                *name = uses_[rule].name;
        return !budget_.is_used_up();
    }
    std::vector<SuppressionUse> take() { return std::move(uses_); }

  private:
    const std::vector<Suppression>& rules_;
    MatchBudget budget_;
    std::vector<SuppressionUse> uses_;
    std::vector<std::pair<std::size_t, std::string*>> met_; // its rule, and where the name goes
};

} // namespace

bool matches(const Suppression& rule, const Group& group, MatchBudget& budget) {
    const Frames frames(group);
    return any_matches(rule.classes, to_string(group.object_class), budget) &&
           any_matches(rule.kinds, group.kind, budget) &&
           any_matches(rule.verdicts, to_string(group.verdict), budget) &&
           cache_matches(rule, group, budget) && processes_match(rule, group, budget) &&
           (rule.any_frame.empty() || any_frame_matches(rule.any_frame, frames, budget)) &&
           stack_matches(rule.frames, frames, budget);
}

bool matches(const Suppression& rule, const SocketGroup& group, MatchBudget& budget) {
    const bool asks_for_more =
        !rule.caches.empty() || !rule.verdicts.empty() || !rule.any_frame.empty() ||
        std::any_of(rule.frames.begin(), rule.frames.end(), [](const FramePattern& pattern) {
            return pattern.of != FramePattern::Of::any_number;
        });
    return !asks_for_more && any_matches(rule.classes, to_string(ObjectClass::socket), budget) &&
           any_matches(rule.kinds, group.kind, budget) && processes_match(rule, group, budget);
}

void suppress(Report& report, const std::vector<Suppression>& rules, std::chrono::sys_days today,
              std::uint64_t most_steps) {
    Rules use(rules, today, most_steps);
    for (Group& group : report.groups)
        if (group.judged && !group.companion)
            use.meet(group, Weight::of(group));
    if (report.pre_attach_sockets)
        for (SocketGroup& group : report.pre_attach_sockets->groups)
            use.meet(group, Weight::of(group));
    // Each of these is one of the others, too, and was counted there.
    if (report.hidden_sockets)
        for (SocketGroup& group : report.hidden_sockets->groups)
            use.meet(group, {});
    const bool all_done = use.hide();
    report.suppressions = use.take();
    if (!all_done)
        report.notes.emplace_back("the suppressions ask for more than is done for them: some were "
                                  "not applied; write fewer \"*\" and \"...\"");
}

} // namespace unfreed
