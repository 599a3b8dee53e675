// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/reports.h"

#include "base/read_file.h"
#include "judgement/judge.h"
#include "judgement/write_up.h"
#include "known/read_report.h"
#include "survey/recording.h"

#include <string_view>
#include <utility>

namespace unfreed {
namespace {

// A recording begins with its name.
bool is_json(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != text.npos && text[first] == '{';
}

Result<Report> judged(std::string_view recording) {
    const auto survey = decode_recording(recording);
    if (!survey)
        return fail(survey.error());
    JudgeOptions everything;
    everything.every_group = true;
    everything.lists_objects = false;
    return write_up(*survey, judge(*survey, everything));
}

} // namespace

Result<Survey> read_recording(const std::string& path) {
    auto file = read_file(path, kMostRecordedBytes);
    if (!file)
        return fail(file.error());
    auto survey = decode_recording(*file);
    if (!survey)
        return fail(std::move(survey.error()).with_context(path));
    return survey;
}

Result<Report> read_report(const std::string& path) {
    auto file = read_file(path, kMostRecordedBytes);
    if (!file)
        return fail(file.error());
    auto report = is_json(*file) ? read_json_report(*file) : judged(*file);
    if (!report)
        return fail(std::move(report.error()).with_context(path));
    return report;
}

} // namespace unfreed
