// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed::cli {

inline constexpr const char* kVersion = "0.1.0";

// Says which build this is, for bug reports.
#ifdef NDEBUG
inline constexpr const char* kBuild = "release";
#else
inline constexpr const char* kBuild = "debug";
#endif

} // namespace unfreed::cli
