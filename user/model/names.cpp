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
