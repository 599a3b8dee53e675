// SPDX-License-Identifier: BSD-2-Clause
// The page of html/, with its style and script, as pieces of one text with a gap for the data. Made
// at build time (cmake/EmbedPage.cmake).
#pragma once

#include <span>
#include <string_view>

namespace unfreed {

std::span<const std::string_view> page_before_data();
std::span<const std::string_view> page_after_data();

} // namespace unfreed
