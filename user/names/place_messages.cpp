// SPDX-License-Identifier: BSD-2-Clause
#include "names/place_messages.h"

#include "names/messages.h"
#include "names/wire.h"

#include <set>
#include <utility>
#include <vector>

namespace unfreed::names {
namespace {

WireWriter begin(Kind kind) {
    WireWriter writer;
    writer.number(static_cast<std::uint8_t>(kind));
    return writer;
}

std::optional<WireReader> open(std::string_view message, Kind kind) {
    if (message.empty() || kind_of(message) != kind)
        return std::nullopt;
    return WireReader(message.substr(1));
}

} // namespace

std::string encode_mounts_question(std::uint32_t pid) {
    return begin(Kind::mounts).number(pid).take();
}

std::optional<std::uint32_t> decode_mounts_question(std::string_view message) {
    auto reader = open(message, Kind::mounts);
    if (!reader)
        return std::nullopt;
    const auto pid = reader->number<std::uint32_t>();
    return reader->done() ? std::optional(pid) : std::nullopt;
}

std::string encode_mounts(const Mounts* mounts) {
    WireWriter writer = begin(Kind::mounts_read);
    writer.number(static_cast<std::uint8_t>(mounts != nullptr));
    if (mounts == nullptr)
        return writer.take();
    writer.number(static_cast<std::uint8_t>(mounts->is_cut()));
    writer.number(static_cast<std::uint32_t>(mounts->all().size()));
    for (const Mounts::Mount& mount : mounts->all())
        writer.number(mount.device).text(mount.root).text(mount.point);
    return writer.take();
}

std::optional<MountsAnswer> decode_mounts(std::string_view message) {
    auto reader = open(message, Kind::mounts_read);
    if (!reader)
        return std::nullopt;
    MountsAnswer answer;
    if (reader->flag()) {
        const bool is_cut = reader->flag();
        std::vector<Mounts::Mount> mounts;
        // Not reserved: whoever says how many there are may lie.
        for (auto count = reader->number<std::uint32_t>(); count > 0 && reader->ok(); --count) {
            const auto device = reader->number<std::uint32_t>();
            const std::string_view root = reader->text();
            mounts.push_back({device, std::string(root), std::string(reader->text())});
        }
        answer.mounts.emplace(std::move(mounts), is_cut);
    }
    return reader->done() ? std::optional(std::move(answer)) : std::nullopt;
}

std::string encode_unseen_question() {
    return begin(Kind::unseen_users).take();
}

bool is_unseen_question(std::string_view message) {
    return kind_of(message) == Kind::unseen_users && message.size() == 1;
}

std::string encode(const UnseenUsers& users) {
    WireWriter writer = begin(Kind::unseen_users_read);
    writer.number(static_cast<std::uint8_t>(users.all()));
    writer.number(static_cast<std::uint32_t>(users.devices().size()));
    for (const std::uint32_t device : users.devices())
        writer.number(device);
    writer.number(static_cast<std::uint32_t>(users.files().size()));
    for (const std::string& file : users.files())
        writer.text(file);
    return writer.take();
}

std::optional<UnseenUsers> decode_unseen_users(std::string_view message) {
    auto reader = open(message, Kind::unseen_users_read);
    if (!reader)
        return std::nullopt;
    const bool all = reader->flag();
    std::set<std::uint32_t> devices;
    for (auto count = reader->number<std::uint32_t>(); count > 0 && reader->ok(); --count)
        devices.insert(reader->number<std::uint32_t>());
    std::set<std::string> files;
    for (auto count = reader->number<std::uint32_t>(); count > 0 && reader->ok(); --count)
        files.emplace(reader->text());
    if (!reader->done())
        return std::nullopt;
    return UnseenUsers(std::move(devices), std::move(files), all);
}

} // namespace unfreed::names
