// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "bpf/session.h"
#include "survey/survey.h"

namespace unfreed::look {

// What the programs of this session can see.
Sight sight_of(const bpf::Session& session);

} // namespace unfreed::look
