// SPDX-License-Identifier: BSD-2-Clause
// What the tracer asks the namer of places in file systems, beside what is in names/messages.h: the
// texts of the kernel that say it have names in them that others chose.
#pragma once

#include "symbolize/mounts.h"
#include "symbolize/unseen_users.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed::names {

// The mounts that a process sees; 0: those of the tool.
std::string encode_mounts_question(std::uint32_t pid);
std::optional<std::uint32_t> decode_mounts_question(std::string_view message);
// nullptr: they could not be read.
std::string encode_mounts(const Mounts* mounts);
struct MountsAnswer {
    std::optional<Mounts> mounts;
};
std::optional<MountsAnswer> decode_mounts(std::string_view message);

std::string encode_unseen_question();
bool is_unseen_question(std::string_view message);
std::string encode(const UnseenUsers& users);
std::optional<UnseenUsers> decode_unseen_users(std::string_view message);

} // namespace unfreed::names
