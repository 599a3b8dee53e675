// SPDX-License-Identifier: BSD-2-Clause
// What the namer finds out of places in file systems, from texts that the opener reads for it.
#pragma once

#include "names/process_files.h"
#include "symbolize/mounts.h"
#include "symbolize/unseen_users.h"

#include <cstdint>
#include <optional>

namespace unfreed::names {

// 0: those of the tool. nullopt: they cannot be read.
std::optional<Mounts> read_mounts(KernelTexts& texts, std::uint32_t pid);

// What is missing in /proc and /sys is not in use.
UnseenUsers read_unseen_users(KernelTexts& texts);

} // namespace unfreed::names
