// SPDX-License-Identifier: BSD-2-Clause
// What `unfreed report` is given may come from anybody, with a checksum that is right.
#include "fuzz.h"
#include "judgement/judge.h"
#include "judgement/write_up.h"
#include "report/writer.h"
#include "survey/recording.h"

namespace {

using unfreed::fuzz::require;

// Each becomes a time of birth in memory: a million more of these is no other input.
bool is_small(const unfreed::Survey& survey) {
    std::uint64_t at_exit = 0;
    for (const auto& [origin, cells] : survey.snapshot.deaths.at_exit)
        for (const auto& cell : cells)
            at_exit += cell.count;
    return at_exit < 100'000;
}

} // namespace

FUZZ(recording, input) {
    const std::string_view bytes = unfreed::fuzz::text(input);
    if (const auto read = unfreed::decode_recording(bytes); !read)
        require(!read.error().message.empty());
    const auto survey = unfreed::decode_survey(bytes);
    if (!survey) {
        require(!survey.error().message.empty());
        return;
    }
    if (!is_small(*survey))
        return;
    unfreed::Report report = unfreed::write_up(*survey, unfreed::judge(*survey, {}));
    unfreed::show_addresses(report, survey->addresses);
    for (const unfreed::Writer* writer : unfreed::all_writers())
        (void)writer->write(report, {});
}
