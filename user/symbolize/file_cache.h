// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "symbolize/mapped_file.h"
#include "symbolize/process_maps.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace unfreed {

// Keeps what was made of each mapped file, so that it is made once for all processes. A file is
// taken to be the same without being opened again only where that is sure: the mapping was seen
// after the file was last changed and before it was last looked at. Made has bytes(), the memory it
// takes; when all takes more than there is a ceiling for, all is forgotten.
template <class Made>
class FileCache {
  public:
    using Pointer = std::shared_ptr<const Made>;

    FileCache(std::shared_ptr<MappedFiles> source, std::size_t most_bytes)
        : source_(std::move(source)), most_bytes_(most_bytes) {}

    // make: MappedFile& to Pointer. nullptr: there is no such file any more, or nothing could be
    // made of it.
    template <class Make>
    Pointer of(const ProcessMaps& maps, const Mapping& mapping, Make&& make) {
        source_->work_on(&mapping);
        const Numbers numbers(mapping.device, mapping.inode);
        if (const auto known = by_numbers_.find(numbers);
            known != by_numbers_.end() && known->second.holds_for(mapping))
            return known->second.made;
        Place place(maps.pid(), mapping.seen_ns, numbers.first, numbers.second, mapping.path);
        if (const auto known = by_place_.find(place); known != by_place_.end())
            return known->second;
        keep_within_budget();
        MappedFile file = source_->open(maps, mapping);
        Pointer made = file ? made_of(file, std::forward<Make>(make)) : nullptr;
        failed_ += made ? 0 : 1;
        if (made && file.has_numbers_of_mapping)
            by_numbers_[numbers] = {file.identity.changed_ns, file.checked_ns, made};
        else
            by_place_.emplace(std::move(place), made);
        return made;
    }

    // How often there was nothing.
    std::size_t failed() const { return failed_; }

  private:
    using Numbers = std::pair<std::uint64_t, std::uint64_t>; // device, inode
    // Of one process at one time; for files that cannot be told from others by their numbers.
    using Place =
        std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, std::uint64_t, std::string>;

    struct Known {
        std::uint64_t from_ns = 0;
        std::uint64_t to_ns = 0;
        Pointer made;

        bool holds_for(const Mapping& mapping) const {
            return mapping.seen_ns >= from_ns && mapping.seen_ns <= to_ns;
        }
    };

    template <class Make>
    Pointer made_of(MappedFile& file, Make&& make) {
        if (const auto known = by_identity_.find(file.identity); known != by_identity_.end())
            return known->second;
        Pointer made = make(file);
        if (!is_unchanged(file)) // while it was read
            return nullptr;
        bytes_ += made ? made->bytes() : 0;
        return by_identity_.emplace(file.identity, std::move(made)).first->second;
    }

    void keep_within_budget() {
        constexpr std::size_t kMostFiles = 16384;
        if (bytes_ <= most_bytes_ && by_place_.size() + by_identity_.size() < kMostFiles)
            return;
        by_numbers_.clear();
        by_place_.clear();
        by_identity_.clear();
        bytes_ = 0;
#ifdef __GLIBC__
        ::malloc_trim(0); // else it stays in pieces, and the next as much is put beside it
#endif
    }

    std::shared_ptr<MappedFiles> source_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::size_t failed_ = 0;
    std::map<FileIdentity, Pointer> by_identity_;
    std::map<Numbers, Known> by_numbers_;
    std::map<Place, Pointer> by_place_;
};

} // namespace unfreed
