// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_stack.h"

#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace unfreed {
namespace {

// Only a regular file: opening a FIFO or a device could wait for ever or do harm.
UniqueFd open_mapped_file(const ProcessMaps::Candidate& candidate, std::uint64_t inode) {
    UniqueFd fd(::open(candidate.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    if (!candidate.is_certain && info.st_ino != inode)
        return {};
    return fd;
}

std::optional<ElfSymbols> load_symbols(const Mapping& mapping, const ProcessMaps& maps) {
    for (const ProcessMaps::Candidate& candidate : maps.candidates(mapping)) {
        const UniqueFd fd = open_mapped_file(candidate, mapping.inode);
        if (!fd)
            continue;
        if (Result<ElfSymbols> symbols = ElfSymbols::load(fd.get(), candidate.path))
            return std::move(*symbols);
    }
    return std::nullopt;
}

} // namespace

const ElfSymbols* UserSymbolizer::symbols_of(const Mapping& mapping, const ProcessMaps& maps) {
    if (mapping.inode == 0 || !mapping.path.starts_with('/'))
        return nullptr;
    const auto [entry, is_new] = files_.try_emplace(FileKey(mapping.path, mapping.inode));
    if (is_new) {
        entry->second = load_symbols(mapping, maps);
        unreadable_files_ += entry->second ? 0 : 1;
    }
    return entry->second ? &*entry->second : nullptr;
}

Frame UserSymbolizer::frame_of(std::uint64_t address, std::uint64_t looked_up,
                               const ProcessMaps& maps) {
    Frame frame;
    frame.address = address;
    const Mapping* mapping = maps.find(looked_up);
    if (mapping == nullptr)
        return frame;
    frame.module = mapping->path.empty() ? "[anon]" : mapping->path;
    frame.offset = address - mapping->start + mapping->file_offset;
    const ElfSymbols* symbols = symbols_of(*mapping, maps);
    if (symbols == nullptr)
        return frame;
    if (auto found = symbols->find(looked_up - mapping->start + mapping->file_offset)) {
        frame.function = std::move(found->function);
        frame.offset -= found->start;
    }
    return frame;
}

std::vector<Frame> UserSymbolizer::symbolize(std::span<const std::uint64_t> addresses,
                                             const ProcessMaps& maps) {
    std::vector<Frame> frames;
    frames.reserve(addresses.size());
    for (std::uint64_t address : addresses)
        frames.push_back(frame_of(address, frames.empty() ? address : address - 1, maps));
    return frames;
}

} // namespace unfreed
