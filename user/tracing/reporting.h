// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "delivery/destinations.h"
#include "delivery/known_rules.h"
#include "delivery/live_trace.h"
#include "delivery/report_progress.h"
#include "judgement/findings.h"
#include "judgement/judge_options.h"
#include "look/look.h"
#include "look/socket_report.h"
#include "look/surroundings.h"
#include "model/repeats.h"
#include "model/report.h"
#include "options/options.h"
#include "survey/survey.h"
#include "tracing/address_hiding.h"
#include "tracing/tracing.h"

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace unfreed {

// Makes the reports of a trace: looks, judges, looks closer at what is shown, and says it as the
// user wants to hear it. Borrows all that it is made of.
class Reporting {
  public:
    struct Parts {
        const Options& options;
        Tracing& tracing;
        const KnownRules& rules;
        const Destinations& destinations;
        look::Surroundings& surroundings;
        const look::SocketReport* sockets; // nullptr: sockets are not followed
    };
    // known: what is known of the trace beside what it looks at; brought up to date by each report.
    Reporting(const Parts& parts, look::Known& known);

    // Runs of a repeated command so far.
    void count_repeats(std::function<RepeatFacts()> repeats) { repeats_ = std::move(repeats); }
    // Who hears how far a report is: nullptr: whoever sits at the terminal.
    void tell_progress_to(LiveTrace* live) { live_ = live; }

    // A text for each destination. last: nothing comes after it.
    Result<std::vector<std::string>> texts(bool last);
    // For the live view, which must be there.
    Result<> show();

    // Of the latest texts: nothing was lost; what must not be in it, as sentences.
    bool complete() const { return complete_; }
    const std::vector<std::string>& failures() const { return failures_; }

  private:
    using NamedStacks = decltype(Closeups::user_frames);

    Result<Survey> look();
    Findings judge_now(const Survey& survey, const JudgeOptions& how);
    Report tell(const Survey& survey, const Findings& findings) const;
    void tell_step(const char* step, std::size_t number);
    std::string record(Survey survey, const std::set<std::uint64_t>& named) const;

    const Options& options_;
    Tracing& tracing_;
    const KnownRules& rules_;
    const Destinations& destinations_;
    look::Known& known_;
    look::Sources sources_;
    AddressHiding hiding_;
    std::function<RepeatFacts()> repeats_;
    LiveTrace* live_ = nullptr;
    ReportProgress progress_;
    NamedStacks named_stacks_; // of the live view
    bool complete_ = true;
    std::vector<std::string> failures_;
};

} // namespace unfreed
