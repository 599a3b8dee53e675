// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/dentry_state.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

#include <fmt/core.h>

namespace unfreed {

Result<DentryState> DentryState::parse(std::string_view text) {
    DentryState state;
    std::string_view line = take_line(text);
    for (std::int64_t* field : {&state.dentries, &state.unused, &state.age_limit_s,
                                &state.want_pages, &state.negative, &state.reserved}) {
        const std::string_view word = take_word(line);
        const auto number = to_number<std::int64_t>(word);
        if (!number)
            return fail(Errc::malformed, fmt::format("dentry-state: '{}' is no number", word));
        *field = *number;
    }
    if (!take_word(line).empty() || !text.empty())
        return fail(Errc::malformed, "dentry-state: more than six fields");
    return state;
}

Result<DentryState> DentryState::read(const std::string& path) {
    auto text = read_file(path);
    if (!text)
        return fail(std::move(text.error()));
    return parse(*text);
}

} // namespace unfreed
