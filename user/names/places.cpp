// SPDX-License-Identifier: BSD-2-Clause
#include "names/places.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace unfreed::names {
namespace {

// Each is asked for. A host with a hundred containers of twenty layers each has 2 000.
constexpr std::size_t kMostDirectories = 4096;

} // namespace

std::optional<Mounts> read_mounts(KernelTexts& texts, std::uint32_t pid) {
    const TextAnswer text = texts.read(KernelText::mountinfo, pid);
    if (text.status != OpenStatus::ok)
        return std::nullopt;
    return Mounts::parse(text.text, text.is_cut);
}

UnseenUsers read_unseen_users(KernelTexts& texts) {
    const TextAnswer mountinfo = texts.read(KernelText::mountinfo, 0);
    const TextAnswer exports = texts.read(KernelText::exports, 0);
    bool all = mountinfo.status != OpenStatus::ok || mountinfo.is_cut || exports.is_cut;
    std::set<std::string> directories;
    for (std::string& path : UnseenUsers::directories(mountinfo.text, exports.text))
        directories.insert(std::move(path));
    std::set<std::uint32_t> devices;
    std::size_t asked = 0;
    for (const std::string& path : directories) {
        // Whoever mounted it may have named it from where he was, which is not here.
        if (!path.starts_with('/') || ++asked > kMostDirectories) {
            all = true;
            continue;
        }
        if (const auto device = texts.device(path))
            devices.insert(*device);
    }
    std::set<std::string> files;
    for (std::string& path : UnseenUsers::swap_files(texts.read(KernelText::swaps, 0).text))
        files.insert(std::move(path));
    const TextAnswer partitions = texts.read(KernelText::partitions, 0);
    for (const std::uint32_t loop : UnseenUsers::loop_devices(partitions.text)) {
        const std::string path = texts.read(KernelText::loop_file, loop).text;
        if (!path.empty())
            files.insert(path.substr(0, path.find('\n')));
    }
    return {std::move(devices), std::move(files), all};
}

} // namespace unfreed::names
