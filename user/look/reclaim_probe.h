// SPDX-License-Identifier: BSD-2-Clause
// The proof that separates cache from leak: asks the kernel to free the dentries and inodes that
// nobody uses, and looks what has gone.
#pragma once

#include "base/result.h"
#include "kernel_counts/kernel_books.h"
#include "model/analysis.h"
#include "model/report.h"
#include "source/event_source.h"

namespace unfreed::look {

// Fills in `reclaim` of the groups of dentries and of the report, whose groups are those of
// `analyzed`. It says on stderr what it is about to do. Fails if the kernel cannot be asked.
Result<> probe_reclaim(Report& report, const AnalyzedGroups& analyzed, EventSource& source,
                       KernelBooks& books, std::uint32_t one_in);

} // namespace unfreed::look
