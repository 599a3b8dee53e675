// SPDX-License-Identifier: BSD-2-Clause
// The process that reads the files of other programs. It may nothing, and may be lost at any
// moment.
#pragma once

#include "names/messages.h"
#include "names/process_files.h"
#include "names/progress.h"
#include "names/user_stacks.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace unfreed::names {

// Files as the opener hands them out, over this socket (borrowed).
class OpenedFiles : public ProcessFiles, public KernelTexts {
  public:
    OpenedFiles(int opener, Progress progress) : opener_(opener), progress_(std::move(progress)) {}

    Result<ProcessMaps> maps(std::uint32_t tgid) override;
    MappedFile open(const ProcessMaps& maps, const Mapping& mapping) override;
    void work_on(const Mapping* mapping) override;
    TextAnswer read(KernelText which, std::uint32_t number) override;
    std::optional<std::uint32_t> device(const std::string& path) override;

    void work_on_process(std::uint32_t tgid);
    void avoid(const Suspect& suspect) { avoided_.insert(suspect); }
    Refusals refusals() const;

  private:
    int opener_;
    Progress progress_;
    std::uint32_t tgid_ = 0;
    std::set<Suspect> avoided_;
    std::set<FileId> not_local_;
    std::set<FileId> left_out_; // of the avoided ones, those that would have had names
    std::uint32_t cut_ = 0;
};

// Answers one message; empty: there is no answer to it. No message of whatever content harms it.
class Namer {
  public:
    explicit Namer(std::shared_ptr<OpenedFiles> files) : files_(files), stacks_(files) {}
    std::string answer(std::string_view message);

  private:
    std::shared_ptr<OpenedFiles> files_;
    UserStacks stacks_;
};

// Serves the tracer until it closes the socket. Does not return.
[[noreturn]] void run_namer(int tracer, int opener, int progress_fd);

} // namespace unfreed::names
