// SPDX-License-Identifier: BSD-2-Clause
#include "known/glob.h"

namespace unfreed {

bool glob_matches(std::string_view pattern, std::string_view text, MatchBudget& budget) {
    std::size_t p = 0, t = 0;
    std::size_t star = std::string_view::npos, behind_star = 0;
    while (t < text.size()) {
        if (!budget.take())
            return false;
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            behind_star = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++behind_star;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace unfreed
