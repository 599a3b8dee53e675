// SPDX-License-Identifier: BSD-2-Clause
#include "names/opener.h"

#include "base/clock.h"
#include "names/channel.h"
#include "names/confine.h"
#include "names/wire.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace unfreed::names {
namespace {

// Of processes that are new; the namer asks at once.
constexpr std::size_t kMostAhead = 64;
constexpr std::size_t kMostAheadBytes = 256 * 1024;
constexpr std::uint64_t kAheadLastsNs = 1'000'000'000;

std::optional<FileQuestion> read_file_question(WireReader& reader) {
    FileQuestion question{};
    question.pid = reader.number<std::uint32_t>();
    question.started = reader.number<std::uint64_t>();
    question.has_our_names = reader.flag();
    question.start = reader.number<std::uint64_t>();
    question.end = reader.number<std::uint64_t>();
    question.device = reader.number<std::uint64_t>();
    question.inode = reader.number<std::uint64_t>();
    question.path = reader.text();
    question.may_be_named_deleted = reader.flag();
    return reader.done() ? std::optional(std::move(question)) : std::nullopt;
}

} // namespace

std::string encode_maps_question(std::uint32_t pid) {
    return WireWriter().number(static_cast<std::uint8_t>(OpenerKind::maps)).number(pid).take();
}

std::string encode(const FileQuestion& question) {
    return WireWriter()
        .number(static_cast<std::uint8_t>(OpenerKind::file))
        .number(question.pid)
        .number(question.started)
        .number(static_cast<std::uint8_t>(question.has_our_names))
        .number(question.start)
        .number(question.end)
        .number(question.device)
        .number(question.inode)
        .text(question.path)
        .number(static_cast<std::uint8_t>(question.may_be_named_deleted))
        .take();
}

std::string encode(const MapsAnswer& answer) {
    return WireWriter()
        .number(static_cast<std::uint8_t>(answer.status))
        .number(answer.started)
        .number(answer.seen_ns)
        .number(static_cast<std::uint8_t>(answer.has_our_names))
        .number(static_cast<std::uint8_t>(answer.is_cut))
        .text(answer.text)
        .take();
}

std::optional<MapsAnswer> decode_maps_answer(std::string_view message) {
    WireReader reader(message);
    MapsAnswer answer;
    answer.status = static_cast<OpenStatus>(reader.number<std::uint8_t>());
    answer.started = reader.number<std::uint64_t>();
    answer.seen_ns = reader.number<std::uint64_t>();
    answer.has_our_names = reader.flag();
    answer.is_cut = reader.flag();
    answer.text = reader.text();
    return reader.done() ? std::optional(std::move(answer)) : std::nullopt;
}

std::optional<FileAnswer> decode_file_answer(std::string_view message) {
    WireReader reader(message);
    FileAnswer answer;
    answer.status = static_cast<OpenStatus>(reader.number<std::uint8_t>());
    answer.is_certain = reader.flag();
    answer.others_numbers = reader.flag();
    return reader.done() ? std::optional(std::move(answer)) : std::nullopt;
}

std::string encode_text_question(KernelText which, std::uint32_t number) {
    return WireWriter()
        .number(static_cast<std::uint8_t>(OpenerKind::text))
        .number(static_cast<std::uint8_t>(which))
        .number(number)
        .take();
}

std::string encode(const TextAnswer& answer) {
    return WireWriter()
        .number(static_cast<std::uint8_t>(answer.status))
        .number(static_cast<std::uint8_t>(answer.is_cut))
        .text(answer.text)
        .take();
}

std::optional<TextAnswer> decode_text_answer(std::string_view message) {
    WireReader reader(message);
    TextAnswer answer;
    answer.status = static_cast<OpenStatus>(reader.number<std::uint8_t>());
    answer.is_cut = reader.flag();
    answer.text = reader.text();
    return reader.done() ? std::optional(std::move(answer)) : std::nullopt;
}

std::string encode_device_question(std::string_view path) {
    return WireWriter().number(static_cast<std::uint8_t>(OpenerKind::device)).text(path).take();
}

std::string encode_device(std::optional<std::uint32_t> device) {
    return WireWriter()
        .number(static_cast<std::uint8_t>(device.has_value()))
        .number(device.value_or(0))
        .take();
}

std::optional<DeviceAnswer> decode_device_answer(std::string_view message) {
    WireReader reader(message);
    DeviceAnswer answer;
    const bool is_there = reader.flag();
    const auto device = reader.number<std::uint32_t>();
    if (is_there)
        answer.device = device;
    return reader.done() ? std::optional(answer) : std::nullopt;
}

void Opener::read_ahead(std::uint32_t pid) {
    MapsAnswer answer = files_.maps(pid);
    if (answer.status != OpenStatus::ok || answer.text.size() > kMostAheadBytes)
        return;
    if (ahead_.size() >= kMostAhead)
        ahead_.pop_front();
    ahead_.push_back({pid, monotonic_ns(), std::move(answer)});
}

MapsAnswer Opener::maps(std::uint32_t pid) {
    const std::uint64_t now = monotonic_ns();
    std::erase_if(ahead_, [&](const Ahead& one) { return now - one.read_ns > kAheadLastsNs; });
    const auto found = std::find_if(ahead_.begin(), ahead_.end(),
                                    [&](const Ahead& one) { return one.pid == pid; });
    if (found == ahead_.end())
        return files_.maps(pid);
    MapsAnswer answer = std::move(found->answer);
    ahead_.erase(found);
    return answer;
}

std::string Opener::answer(std::string_view question, UniqueFd& opened) {
    WireReader reader(question);
    const auto kind = static_cast<OpenerKind>(reader.number<std::uint8_t>());
    if (kind == OpenerKind::maps) {
        const auto pid = reader.number<std::uint32_t>();
        return reader.done() ? encode(maps(pid)) : std::string();
    }
    if (kind == OpenerKind::text) {
        const auto which = static_cast<KernelText>(reader.number<std::uint8_t>());
        const auto number = reader.number<std::uint32_t>();
        return reader.done() ? encode(files_.text(which, number)) : std::string();
    }
    if (kind == OpenerKind::device) {
        const std::string path(reader.text());
        return reader.done() ? encode_device(SafeOpener::device(path)) : std::string();
    }
    if (kind != OpenerKind::file)
        return {};
    const auto file = read_file_question(reader);
    if (!file)
        return {};
    FileAnswer answer = files_.file(*file);
    opened = std::move(answer.fd);
    return WireWriter()
        .number(static_cast<std::uint8_t>(answer.status))
        .number(static_cast<std::uint8_t>(answer.is_certain))
        .number(static_cast<std::uint8_t>(answer.others_numbers))
        .take();
}

void run_opener(int socket, int hurry) {
    Opener opener;
    if (!confine_opener())
        ::_exit(1);
    std::string question;
    std::array<pollfd, 2> fds{{{hurry, POLLIN, 0}, {socket, POLLIN, 0}}};
    for (;;) {
        if (::ppoll(fds.data(), fds.size(), nullptr, nullptr) < 0 && errno != EINTR)
            break;
        std::uint32_t pid = 0;
        // All that hurries first, because what is asked may be among it.
        while (fds[0].revents != 0 && ::read(hurry, &pid, sizeof(pid)) == sizeof(pid))
            opener.read_ahead(pid);
        if (fds[0].revents & POLLHUP) // no tracer any more, or not this one
            break;
        if (fds[1].revents == 0)
            continue;
        UniqueFd opened;
        if (!receive_message(socket, question))
            break;
        const std::string answer = opener.answer(question, opened);
        if (answer.empty() || !send_message(socket, answer, opened ? opened.get() : -1))
            break;
    }
    ::_exit(0);
}

} // namespace unfreed::names
