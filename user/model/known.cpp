// SPDX-License-Identifier: BSD-2-Clause
#include "model/known.h"

namespace unfreed {

std::string_view to_string(SuppressionState state) {
    switch (state) {
    case SuppressionState::used:
        return "used";
    case SuppressionState::unused:
        return "unused";
    case SuppressionState::expired:
        return "expired";
    case SuppressionState::over_max:
        break;
    }
    return "over-max";
}

std::string_view to_string(Change change) {
    switch (change) {
    case Change::fresh:
        return "new";
    case Change::grown:
        return "grown";
    case Change::turned:
        return "turned";
    case Change::known:
        return "known";
    case Change::gone:
        break;
    }
    return "gone";
}

} // namespace unfreed
