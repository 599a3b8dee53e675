// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/event.h"
#include "symbolize/file_cache.h"
#include "symbolize/process_maps.h"
#include "symbolize/unwind_tables.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace unfreed {

// Makes call stacks of copied user stacks by the unwind tables (.eh_frame) that compilers put into
// every program: those of distributions keep no frame pointers. Keeps the tables of the files it
// has seen. It prepares for one process, so stacks of the same process are best unwound one after
// the other. For one thread.
class UserUnwinder {
  public:
    struct Stack {
        std::vector<std::uint64_t> addresses; // as bpf_get_stack gives them: innermost first
        bool whole = false;                   // it ends where the thread began
    };

    // maps: of the copy's process; it must outlive its use here, or forget() it. An empty stack if
    // nothing can be said: no files, another machine's registers, 32-bit code.
    Stack unwind(const UserStackCopy& copy, const ProcessMaps& maps);
    void forget();

    explicit UserUnwinder(std::shared_ptr<MappedFiles> source = std::make_shared<MappedFiles>());
    ~UserUnwinder();
    UserUnwinder(const UserUnwinder&) = delete;
    UserUnwinder& operator=(const UserUnwinder&) = delete;

    // Files whose unwind tables are larger than any program has.
    std::size_t too_large_files() const { return too_large_files_; }

  private:
    class Process; // the files of one process, as libdw knows them

    FileCache<UnwindTables>::Pointer load(const MappedFile& file);

    std::shared_ptr<MappedFiles> source_;
    FileCache<UnwindTables> files_;
    std::size_t too_large_files_ = 0;
    std::unique_ptr<Process> process_;
};

} // namespace unfreed
