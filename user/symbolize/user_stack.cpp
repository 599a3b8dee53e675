// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_stack.h"

#include "symbolize/mapped_file.h"

namespace unfreed {
namespace {

std::optional<ElfSymbols> load_symbols(const Mapping& mapping, const ProcessMaps& maps) {
    const UniqueFd fd = open_mapped_file(maps, mapping);
    if (!fd)
        return std::nullopt;
    Result<ElfSymbols> symbols = ElfSymbols::load(fd.get(), mapping.path);
    if (!symbols)
        return std::nullopt;
    return std::move(*symbols);
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
