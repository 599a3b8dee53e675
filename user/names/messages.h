// SPDX-License-Identifier: BSD-2-Clause
// What the tracer and the namer say to each other. Every message begins with its kind. Answers come
// in the order of the questions, one each.
#pragma once

#include "model/event.h"
#include "model/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed::names {

enum class Kind : std::uint8_t {
    // Tracer to namer, no answer:
    exec = 1,      // a process runs another program
    exec_if_known, // the same, and it is only of interest if the process is
    exit,
    seen,  // addresses of a process were seen: they should be in what is known to be mapped
    avoid, // a file or process that is not to be touched any more
    // Questions and their answers:
    resolve,
    resolved,
    name,
    named,
    mounts,
    mounts_read,
    unseen_users,
    unseen_users_read,
};

// The kind of a message; 0 is none.
Kind kind_of(std::string_view message);

struct ProcessNote {           // exec, exit, seen
    Program program;           // exec: the new one
    std::uint64_t time_ns = 0; // of an exec (CLOCK_MONOTONIC)
    std::vector<std::uint64_t> addresses;
};
std::string encode(Kind kind, const ProcessNote& note);
std::optional<ProcessNote> decode_note(std::string_view message);

// A file by the numbers that maps shows. 0: none.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend auto operator<=>(const FileId&, const FileId&) = default;
};
// What was being worked on when a namer was lost. inode 0: no file, it is the process. With a file
// the process is 0.
struct Suspect {
    FileId file;
    std::uint32_t tgid = 0;
    friend auto operator<=>(const Suspect&, const Suspect&) = default;
};
std::string encode_avoid(const Suspect& suspect);
std::optional<Suspect> decode_avoid(std::string_view message);

// A user stack, and the copy of the same stack if there is one.
struct StackQuestion {
    Program program;
    bool is_over = false; // its process is known to run another program by now
    std::vector<std::uint64_t> stack;
    std::optional<UserStackCopy> copy;
    std::vector<std::uint64_t> unwound; // the copy was unwound before: only its key is wanted
};
std::string encode(const StackQuestion& question);
std::optional<StackQuestion> decode_question(std::string_view message);

// What could not be looked at, since the namer was started. Sums of a process that may be hostile:
// to be shown, never to be relied on.
struct Refusals {
    std::uint32_t not_local = 0; // files on file systems that may not answer
    std::uint32_t too_large = 0; // files, or lists of mappings that were cut
    std::uint32_t avoided = 0;   // files that former namers were lost with
    friend bool operator==(const Refusals&, const Refusals&) = default;
};

struct StackAnswer {
    bool is_known = false;    // what the program had mapped, so that an address can have a name
    std::uint32_t walked = 0; // so many of the stack's first addresses are mapped
    std::string key;          // of the stack; equal for equal code, wherever it was loaded
    std::vector<std::uint64_t> unwound; // empty: no copy, or nothing can be said
    bool whole = false;                 // it ends where the thread began
    std::string unwound_key;
    Refusals refusals;
};
std::string encode(const StackAnswer& answer);
std::optional<StackAnswer> decode_answer(std::string_view message);

struct NameQuestion {
    Program program;
    bool is_over = false; // as above
    std::vector<std::uint64_t> stack;
};
std::string encode(const NameQuestion& question);
std::optional<NameQuestion> decode_name_question(std::string_view message);

struct NameAnswer {
    bool is_known = false; // as above
    std::vector<Frame> frames;
    Refusals refusals;
};
std::string encode(const NameAnswer& answer);
std::optional<NameAnswer> decode_name_answer(std::string_view message);

} // namespace unfreed::names
