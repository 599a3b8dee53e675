// SPDX-License-Identifier: BSD-2-Clause
// A survey as a file: versioned, checksummed, compressed, and bounded when it is read, because it
// may come from anybody.
#pragma once

#include "base/result.h"
#include "survey/survey.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace unfreed {

// What a recording may take as a file, unpacked, and in memory. A full table of the default size is
// some tens of MiB as a file.
inline constexpr std::size_t kMostRecordedBytes = std::size_t{1} << 30;
inline constexpr std::size_t kMostUnpackedBytes = std::size_t{2} << 30;
inline constexpr std::size_t kMostSurveyBytes = std::size_t{8} << 30;

Result<std::string> encode_recording(const Survey& survey);

// Fails with malformed (no recording, cut, or changed), unsupported (of a newer version) or limit.
Result<Survey> decode_recording(std::string_view file);

// Without the envelope, for tests: what is packed, unpacked.
std::string encode_survey(const Survey& survey);
Result<Survey> decode_survey(std::string_view bytes);

} // namespace unfreed
