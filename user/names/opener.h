// SPDX-License-Identifier: BSD-2-Clause
// The process that opens other processes' files for the namer: it may, and it reads none of them.
#pragma once

#include "names/safe_open.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed::names {

enum class OpenerKind : std::uint8_t { maps = 1, file, text, device };

std::string encode_maps_question(std::uint32_t pid);
std::string encode(const FileQuestion& question);
std::string encode(const MapsAnswer& answer);
std::optional<MapsAnswer> decode_maps_answer(std::string_view message);
// Without its descriptor, which comes beside it.
std::optional<FileAnswer> decode_file_answer(std::string_view message);

std::string encode_text_question(KernelText which, std::uint32_t number);
std::string encode(const TextAnswer& answer);
std::optional<TextAnswer> decode_text_answer(std::string_view message);
// Of the file system of a path.
std::string encode_device_question(std::string_view path);
std::string encode_device(std::optional<std::uint32_t> device);
struct DeviceAnswer {
    std::optional<std::uint32_t> device;
};
std::optional<DeviceAnswer> decode_device_answer(std::string_view message);

// Answers the questions of the namer.
class Opener {
  public:
    // Answers one; empty if it is none. opened: goes with the answer.
    std::string answer(std::string_view question, UniqueFd& opened);
    // The maps of this process will be asked for: read now, it may be about to end.
    void read_ahead(std::uint32_t pid);

  private:
    struct Ahead {
        std::uint32_t pid = 0;
        std::uint64_t read_ns = 0;
        MapsAnswer answer;
    };
    MapsAnswer maps(std::uint32_t pid);

    SafeOpener files_;
    std::deque<Ahead> ahead_;
};

// Serves the other end of the socket until it is closed. hurry: a pipe of process numbers, whose
// maps are read before the namer asks for them. Does not return.
[[noreturn]] void run_opener(int socket, int hurry);

} // namespace unfreed::names
