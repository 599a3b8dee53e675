// SPDX-License-Identifier: BSD-2-Clause
#include "names/messages.h"

#include "names/wire.h"

#include <cstddef>
#include <cstring>

namespace unfreed::names {
namespace {

// No stack has more frames, whoever says so: the kernel walks 48, the unwinder 128.
constexpr std::size_t kMostFrames = 256;
constexpr std::size_t kLongestName = 16 * 1024;

WireWriter begin(Kind kind) {
    WireWriter writer;
    writer.number(static_cast<std::uint8_t>(kind));
    return writer;
}

// Behind the kind, if it is this one.
std::optional<WireReader> open(std::string_view message, Kind kind) {
    if (message.empty() || kind_of(message) != kind)
        return std::nullopt;
    return WireReader(message.substr(1));
}

void put(WireWriter& writer, const Program& program) {
    writer.number(program.tgid).number(program.id.start_ns).number(program.id.exec);
}

Program get_program(WireReader& reader) {
    Program program;
    program.tgid = reader.number<std::uint32_t>();
    program.id.start_ns = reader.number<std::uint64_t>();
    program.id.exec = reader.number<std::uint32_t>();
    return program;
}

void put(WireWriter& writer, const Refusals& refusals) {
    writer.number(refusals.not_local).number(refusals.too_large).number(refusals.avoided);
}

Refusals get_refusals(WireReader& reader) {
    Refusals refusals;
    refusals.not_local = reader.number<std::uint32_t>();
    refusals.too_large = reader.number<std::uint32_t>();
    refusals.avoided = reader.number<std::uint32_t>();
    return refusals;
}

void put(WireWriter& writer, const UserStackCopy& copy) {
    writer.number(copy.origin.value).number(copy.tgid).number(copy.machine);
    writer.words(copy.registers).number(copy.start);
    writer.text({reinterpret_cast<const char*>(copy.bytes.data()), copy.bytes.size()});
}

UserStackCopy get_copy(WireReader& reader) {
    UserStackCopy copy;
    copy.origin.value = reader.number<std::uint32_t>();
    copy.tgid = reader.number<std::uint32_t>();
    copy.machine = reader.number<std::uint32_t>();
    copy.registers = reader.words();
    copy.start = reader.number<std::uint64_t>();
    const std::string_view bytes = reader.text();
    copy.bytes.resize(bytes.size());
    if (!bytes.empty())
        std::memcpy(copy.bytes.data(), bytes.data(), bytes.size());
    return copy;
}

} // namespace

Kind kind_of(std::string_view message) {
    return message.empty() ? Kind{} : static_cast<Kind>(message.front());
}

std::string encode(Kind kind, const ProcessNote& note) {
    WireWriter writer = begin(kind);
    put(writer, note.program);
    return writer.number(note.time_ns).words(note.addresses).take();
}

std::optional<ProcessNote> decode_note(std::string_view message) {
    auto reader = open(message, kind_of(message));
    if (!reader)
        return std::nullopt;
    ProcessNote note;
    note.program = get_program(*reader);
    note.time_ns = reader->number<std::uint64_t>();
    note.addresses = reader->words();
    return reader->done() ? std::optional(std::move(note)) : std::nullopt;
}

std::string encode_avoid(const Suspect& suspect) {
    return begin(Kind::avoid)
        .number(suspect.file.device)
        .number(suspect.file.inode)
        .number(suspect.tgid)
        .take();
}

std::optional<Suspect> decode_avoid(std::string_view message) {
    auto reader = open(message, Kind::avoid);
    if (!reader)
        return std::nullopt;
    Suspect suspect;
    suspect.file.device = reader->number<std::uint64_t>();
    suspect.file.inode = reader->number<std::uint64_t>();
    suspect.tgid = reader->number<std::uint32_t>();
    return reader->done() ? std::optional(suspect) : std::nullopt;
}

std::string encode(const StackQuestion& question) {
    WireWriter writer = begin(Kind::resolve);
    put(writer, question.program);
    writer.number(static_cast<std::uint8_t>(question.is_over));
    writer.words(question.stack).words(question.unwound);
    writer.number(static_cast<std::uint8_t>(question.copy.has_value()));
    if (question.copy)
        put(writer, *question.copy);
    return writer.take();
}

std::optional<StackQuestion> decode_question(std::string_view message) {
    auto reader = open(message, Kind::resolve);
    if (!reader)
        return std::nullopt;
    StackQuestion question;
    question.program = get_program(*reader);
    question.is_over = reader->flag();
    question.stack = reader->words();
    question.unwound = reader->words();
    if (reader->flag())
        question.copy = get_copy(*reader);
    return reader->done() ? std::optional(std::move(question)) : std::nullopt;
}

std::string encode(const StackAnswer& answer) {
    WireWriter writer = begin(Kind::resolved);
    writer.number(static_cast<std::uint8_t>(answer.is_known));
    writer.number(answer.walked).text(answer.key).words(answer.unwound);
    writer.number(static_cast<std::uint8_t>(answer.whole)).text(answer.unwound_key);
    put(writer, answer.refusals);
    return writer.take();
}

std::optional<StackAnswer> decode_answer(std::string_view message) {
    auto reader = open(message, Kind::resolved);
    if (!reader)
        return std::nullopt;
    StackAnswer answer;
    answer.is_known = reader->flag();
    answer.walked = reader->number<std::uint32_t>();
    answer.key = reader->text();
    answer.unwound = reader->words();
    answer.whole = reader->flag();
    answer.unwound_key = reader->text();
    answer.refusals = get_refusals(*reader);
    if (!reader->done() || answer.unwound.size() > kMostFrames)
        return std::nullopt;
    return answer;
}

std::string encode(const NameQuestion& question) {
    WireWriter writer = begin(Kind::name);
    put(writer, question.program);
    writer.number(static_cast<std::uint8_t>(question.is_over));
    return writer.words(question.stack).take();
}

std::optional<NameQuestion> decode_name_question(std::string_view message) {
    auto reader = open(message, Kind::name);
    if (!reader)
        return std::nullopt;
    NameQuestion question;
    question.program = get_program(*reader);
    question.is_over = reader->flag();
    question.stack = reader->words();
    return reader->done() ? std::optional(std::move(question)) : std::nullopt;
}

std::string encode(const NameAnswer& answer) {
    WireWriter writer = begin(Kind::named);
    writer.number(static_cast<std::uint8_t>(answer.is_known));
    writer.number(static_cast<std::uint32_t>(answer.frames.size()));
    for (const Frame& frame : answer.frames)
        writer.number(frame.address)
            .number(frame.offset)
            .text(std::string_view(frame.function).substr(0, kLongestName))
            .text(std::string_view(frame.module).substr(0, kLongestName));
    put(writer, answer.refusals);
    return writer.take();
}

std::optional<NameAnswer> decode_name_answer(std::string_view message) {
    auto reader = open(message, Kind::named);
    if (!reader)
        return std::nullopt;
    NameAnswer answer;
    answer.is_known = reader->flag();
    const auto count = reader->number<std::uint32_t>();
    if (count > kMostFrames)
        return std::nullopt;
    for (std::uint32_t i = 0; i < count && reader->ok(); ++i) {
        Frame& frame = answer.frames.emplace_back();
        frame.address = reader->number<std::uint64_t>();
        frame.offset = reader->number<std::uint64_t>();
        frame.function = reader->text();
        frame.module = reader->text();
        if (frame.function.size() > kLongestName || frame.module.size() > kLongestName)
            return std::nullopt;
    }
    answer.refusals = get_refusals(*reader);
    return reader->done() ? std::optional(std::move(answer)) : std::nullopt;
}

} // namespace unfreed::names
