// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_stack.h"

#include "symbolize/mapped_file.h"

namespace unfreed {
namespace {

// The symbols of a large program take some 10 MiB.
constexpr std::size_t kMostBytes = 96 * 1024 * 1024;

} // namespace

UserSymbolizer::UserSymbolizer(std::shared_ptr<MappedFiles> source)
    : files_(std::move(source), kMostBytes) {}

FileCache<ElfSymbols>::Pointer UserSymbolizer::load(const MappedFile& file,
                                                    const Mapping& mapping) {
    Result<ElfSymbols> symbols = ElfSymbols::load(file.fd.get(), mapping.path);
    if (symbols)
        return std::make_shared<const ElfSymbols>(std::move(*symbols));
    too_large_files_ += symbols.error().code == Errc::limit ? 1 : 0;
    return nullptr;
}

FileCache<ElfSymbols>::Pointer UserSymbolizer::symbols_of(const Mapping& mapping,
                                                          const ProcessMaps& maps) {
    if (mapping.inode == 0 || !mapping.path.starts_with('/'))
        return nullptr;
    return files_.of(maps, mapping, [&](const MappedFile& file) { return load(file, mapping); });
}

Frame UserSymbolizer::frame_of(std::uint64_t address, std::uint64_t looked_up,
                               const ProcessMaps& maps) {
    Frame frame;
    frame.address = address;
    const Mapping* mapping = maps.find(looked_up);
    if (mapping == nullptr)
        return frame;
    frame.module = mapping->path.empty() ? "[anon]" : std::string(mapping->path);
    frame.offset = address - mapping->start + mapping->file_offset;
    const auto symbols = symbols_of(*mapping, maps);
    if (!symbols)
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
