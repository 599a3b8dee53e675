// SPDX-License-Identifier: BSD-2-Clause
// Patterns of suppressions: "*" for any number of bytes, "?" for one, all else for itself.
#pragma once

#include <cstdint>
#include <string_view>

namespace unfreed {

// What matching may take in all, because patterns and names may come from anybody. When it is used
// up nothing matches any more.
class MatchBudget {
  public:
    explicit MatchBudget(std::uint64_t steps) : left_(steps) {}

    bool take() {
        if (left_ == 0)
            return false;
        --left_;
        return true;
    }
    bool is_used_up() const { return left_ == 0; }

  private:
    std::uint64_t left_;
};

// Takes at most pattern times text steps, whatever they are: it never goes back further than to the
// last "*".
bool glob_matches(std::string_view pattern, std::string_view text, MatchBudget& budget);

} // namespace unfreed
