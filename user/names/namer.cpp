// SPDX-License-Identifier: BSD-2-Clause
#include "names/namer.h"

#include "names/channel.h"
#include "names/confine.h"
#include "names/opener.h"
#include "names/place_messages.h"
#include "names/places.h"
#include "names/wire.h"

#include <unistd.h>

#include <utility>

namespace unfreed::names {
namespace {

// More than any single answer takes; the tracer loses patience before.
constexpr unsigned kCpuSeconds = 20;

} // namespace

Result<ProcessMaps> OpenedFiles::maps(std::uint32_t tgid) {
    work_on_process(tgid);
    if (avoided_.contains({{}, tgid}))
        return fail(Errc::limit, "it does not answer");
    std::string message;
    // Without an opener there is nothing to be done any more: the tracer starts both anew.
    if (!send_message(opener_, encode_maps_question(tgid)) || !receive_message(opener_, message))
        ::_exit(1);
    const auto answer = decode_maps_answer(message);
    if (!answer || answer->status != OpenStatus::ok)
        return fail(Errc::not_found, "it has ended");
    ProcessMaps maps =
        ProcessMaps::of_reading(answer->text, {tgid, answer->started, answer->seen_ns,
                                               answer->has_our_names, answer->is_cut});
    cut_ += answer->is_cut || maps.dropped_mappings() != 0 ? 1 : 0;
    return maps;
}

MappedFile OpenedFiles::open(const ProcessMaps& maps, const Mapping& mapping) {
    const FileId file{mapping.device, mapping.inode};
    if (avoided_.contains({file, 0}))
        left_out_.insert(file);
    if (left_out_.contains(file) || not_local_.contains(file))
        return {};
    const ProcessMaps::Reading& reading = maps.reading();
    FileQuestion question{reading.pid,    reading.started, reading.has_our_names, mapping.start,
                          mapping.end,    mapping.device,  mapping.inode,         {},
                          mapping.deleted};
    if (!mapping.path_is_cut)
        question.path = mapping.path;
    std::string message;
    UniqueFd opened;
    if (!send_message(opener_, encode(question)) || !receive_message(opener_, message, &opened))
        ::_exit(1);
    const auto answer = decode_file_answer(message);
    if (!answer)
        return {};
    if (answer->status == OpenStatus::not_local)
        not_local_.insert(file);
    MappedFile accepted =
        accept_mapped_file(std::move(opened), mapping, answer->is_certain, answer->others_numbers);
    // Another file may be mapped at that place by now, after an exec or in another process.
    if (accepted && answer->is_certain && accepted.identity.inode != mapping.inode) {
        const auto now = this->maps(reading.pid);
        if (!now || now->reading().started != reading.started || !now->has(mapping))
            return {};
    }
    return accepted;
}

TextAnswer OpenedFiles::read(KernelText which, std::uint32_t number) {
    work_on_process(0);
    std::string message;
    if (!send_message(opener_, encode_text_question(which, number)) ||
        !receive_message(opener_, message))
        ::_exit(1);
    return decode_text_answer(message).value_or(TextAnswer{});
}

std::optional<std::uint32_t> OpenedFiles::device(const std::string& path) {
    work_on_process(0);
    std::string message;
    if (!send_message(opener_, encode_device_question(path)) || !receive_message(opener_, message))
        ::_exit(1);
    return decode_device_answer(message).value_or(DeviceAnswer{}).device;
}

void OpenedFiles::work_on(const Mapping* mapping) {
    if (mapping != nullptr)
        progress_.work_on({{mapping->device, mapping->inode}, 0});
    else
        progress_.work_on({{}, tgid_});
}

void OpenedFiles::work_on_process(std::uint32_t tgid) {
    tgid_ = tgid;
    progress_.work_on({{}, tgid});
}

Refusals OpenedFiles::refusals() const {
    return {static_cast<std::uint32_t>(not_local_.size()), cut_,
            static_cast<std::uint32_t>(left_out_.size())};
}

std::string Namer::answer(std::string_view message) {
    switch (kind_of(message)) {
    case Kind::exec:
    case Kind::exec_if_known:
    case Kind::exit:
    case Kind::seen:
        if (const auto note = decode_note(message)) {
            files_->work_on_process(note->program.tgid);
            if (kind_of(message) == Kind::exec || kind_of(message) == Kind::exec_if_known)
                stacks_.on_exec(note->program, note->time_ns,
                                kind_of(message) == Kind::exec_if_known);
            else if (kind_of(message) == Kind::exit)
                stacks_.on_exit(note->program);
            else
                stacks_.on_seen(note->program, note->addresses);
        }
        return {};
    case Kind::avoid:
        if (const auto suspect = decode_avoid(message))
            files_->avoid(*suspect);
        return {};
    case Kind::resolve: {
        const auto question = decode_question(message);
        if (!question)
            return {};
        files_->work_on_process(question->program.tgid);
        StackAnswer answer = stacks_.resolve(*question);
        answer.refusals = files_->refusals();
        return encode(answer);
    }
    case Kind::name: {
        const auto question = decode_name_question(message);
        if (!question)
            return {};
        files_->work_on_process(question->program.tgid);
        NameAnswer answer = stacks_.symbolize(*question);
        answer.refusals = files_->refusals();
        return encode(answer);
    }
    case Kind::mounts:
        if (const auto pid = decode_mounts_question(message)) {
            const std::optional<Mounts> mounts = read_mounts(*files_, *pid);
            return encode_mounts(mounts ? &*mounts : nullptr);
        }
        return {};
    case Kind::unseen_users:
        return is_unseen_question(message) ? encode(read_unseen_users(*files_)) : std::string();
    default:
        return {};
    }
}

void run_namer(int tracer, int opener, int progress_fd) {
    Progress progress = Progress::map(progress_fd);
    const auto own = static_cast<std::uint32_t>(::getpid());
    if (!progress || !confine_namer())
        ::_exit(1);
    const auto files = std::make_shared<OpenedFiles>(opener, std::move(progress));
    Namer namer(files);
    // The first time all this is done takes milliseconds, in which a process may end.
    for (int i = 0; i < 3; ++i)
        (void)files->maps(own);
    files->work_on_process(0);
    std::string message;
    while (receive_message(tracer, message)) {
        allow_cpu_seconds(kCpuSeconds);
        // Out of memory ends it like everything else that goes wrong: it is started anew, without
        // the file that was too large.
        const std::string answer = namer.answer(message);
        if (!answer.empty() && !send_message(tracer, answer))
            break;
    }
    ::_exit(0);
}

} // namespace unfreed::names
