// SPDX-License-Identifier: BSD-2-Clause
#include "model/event.h"
#include "model/report.h"

namespace unfreed {

std::string_view to_string(Context context) {
    switch (context) {
    case Context::process:
        return "process";
    case Context::softirq:
        return "softirq";
    case Context::hardirq:
        return "hardirq";
    case Context::kworker:
        return "kworker";
    case Context::idle:
        return "idle";
    }
    return "process";
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
    case Verdict::leaking:
        return "leaking";
    case Verdict::suspect:
        return "suspect";
    case Verdict::stopped:
        return "stopped";
    case Verdict::kept:
        return "kept";
    case Verdict::replacing:
        return "replacing";
    case Verdict::cached:
        return "cached";
    case Verdict::pinned:
        return "pinned";
    case Verdict::in_flight:
        return "in-flight";
    case Verdict::rcu_pending:
        return "rcu-pending";
    case Verdict::live:
        return "live";
    }
    return "live";
}

std::string_view to_string(Structure structure) {
    switch (structure) {
    case Structure::none:
        return "none";
    case Structure::reclaimable:
        return "reclaimable";
    case Structure::allocators_own:
        return "allocators-own";
    case Structure::pool:
        return "pool";
    case Structure::in_use:
        return "in-use";
    case Structure::damning:
        return "damning";
    }
    return "none";
}

std::string_view to_string(Attention attention) {
    switch (attention) {
    case Attention::leaking:
        return "leaking";
    case Attention::suspect:
        return "suspect";
    case Attention::look:
        return "look";
    case Attention::none:
        return "none";
    }
    return "none";
}

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::info:
        return "info";
    case Severity::notice:
        return "notice";
    case Severity::data_loss:
        return "data_loss";
    case Severity::error:
        return "error";
    }
    return "error";
}

} // namespace unfreed
