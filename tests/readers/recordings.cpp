// SPDX-License-Identifier: BSD-2-Clause
// Writes recordings into a folder: one of a few groups with hostile names, one of the same host
// later, and one of 20 000 groups.
#include "support/snapshot_builder.h"
#include "survey/recording.h"

#include <fstream>
#include <iostream>
#include <string>
#include <utility>

namespace unfreed::test {
namespace {

constexpr std::uint64_t kStart = 400 * kSecond;
constexpr std::uint64_t kEnd = 1000 * kSecond;
constexpr std::uint32_t kFunctions = 6000;

std::uint64_t return_address(std::uint32_t function) {
    return 0xffffffff81000000 + function * 0x100ULL + 0x40;
}

// Objects of one origin: `births` of them, evenly over the trace, the first `deaths` of which died.
struct Place {
    ObjectClass object_class = ObjectClass::slab;
    std::string cache = "kmalloc-1k";
    std::uint32_t tgid = 100;
    std::vector<std::uint64_t> kernel_stack;
    std::uint64_t user_function = 0;
    std::uint32_t births = 0;
    std::uint32_t deaths = 0;
};

class Host {
  public:
    Host() : builder_(kEnd) {
        survey_.tool = {"1.0", "test"};
        survey_.host = {"host<b>", "6.12.0", "x86_64", "boot"};
        survey_.trace.started_at = "2026-11-30T12:00:00Z";
        survey_.trace.started_ns = kStart;
        survey_.trace.min_age_ns = 10 * kSecond;
        survey_.trace.classes = {ObjectClass::socket, ObjectClass::slab};
        name_functions();
        for (std::uint64_t i = 1; i <= 100; ++i)
            builder_.snapshot.history.times_ns.push_back(kStart + i * 6 * kSecond - 1);
        builder_.snapshot.deaths.start_ns = kStart;
        builder_.snapshot.deaths.cell_ns = 5 * kSecond;
        builder_.snapshot.deaths.older_known = true;
    }

    void process(std::uint32_t tgid, const std::string& comm) {
        builder_.process({.tgid = tgid, .comm = comm, .exe = "/usr/bin/" + comm});
    }

    void add(const Place& place) {
        const std::uint32_t id = ++origins_;
        builder_.origin({.id = id,
                         .time_ns = kStart,
                         .tgid = place.tgid,
                         .object_class = place.object_class,
                         .comm = builder_.snapshot.processes[place.tgid].comm,
                         .cache_name = place.cache,
                         .kernel_stack = place.kernel_stack,
                         .user_stack = {place.user_function}},
                        {.births = place.births, .deaths = place.deaths});
        survey_.totals.births += place.births;
        survey_.totals.deaths += place.deaths;
        survey_.user_keys[OriginId{id}] = std::to_string(place.user_function);
        name_user_stack(place);
        add_objects(place, id);
    }

    bool save(const std::string& path) {
        survey_.snapshot = builder_.snapshot;
        const auto recording = encode_recording(survey_);
        std::ofstream file(path, std::ios::binary);
        file << recording.value_or("");
        return recording && file.flush();
    }

  private:
    void name_functions() {
        for (std::uint32_t i = 0; i < kFunctions; ++i) {
            const std::uint64_t start = return_address(i) - 0x40;
            survey_.kernel.functions.push_back({"function_" + std::to_string(i), "vmlinux", start});
            survey_.kernel.at.push_back({start + 0x3f, i, 0x3f});
            survey_.kernel.at.push_back({start + 0x40, i, 0x40});
        }
        survey_.kernel.functions[7].name = "a;b \"<i>\n' 7";
    }

    void name_user_stack(const Place& place) {
        std::vector<Frame>& frames =
            survey_.closeups.user_frames[{Program{place.tgid, {}}, {place.user_function}}];
        frames.clear();
        for (std::uint64_t depth = 0; depth < 6; ++depth) {
            Frame& frame = frames.emplace_back();
            frame.function =
                "caller_" + std::to_string(depth == 0 ? place.user_function : depth) + "()";
            frame.module = "/usr/bin/program";
            frame.file = "src/program.cpp";
            frame.line = 10 + static_cast<std::uint32_t>(place.user_function % 90);
            frame.address = 0x401000 + place.user_function * 0x40 + depth;
        }
    }

    void add_objects(const Place& place, std::uint32_t id) {
        const std::uint64_t apart = (kEnd - kStart) / (place.births + 1);
        for (std::uint32_t i = place.deaths; i < place.births; ++i)
            builder_.objects(1, {.birth_ns = kStart + (i + 1) * apart,
                                 .origin = id,
                                 .tgid = place.tgid,
                                 .object_class = place.object_class});
        std::vector<std::uint32_t>& history = builder_.snapshot.history.outstanding[OriginId{id}];
        for (std::uint64_t i = 1; i <= 100; ++i)
            history.push_back(static_cast<std::uint32_t>((place.births - place.deaths) * i / 100));
        if (place.deaths != 0)
            builder_.snapshot.deaths.by_origin[OriginId{id}] = {{1, 3, place.deaths / 2}};
    }

    SnapshotBuilder builder_;
    Survey survey_;
    std::uint32_t origins_ = 0;
};

std::vector<std::uint64_t> stack_of(std::initializer_list<std::uint32_t> functions) {
    std::vector<std::uint64_t> stack;
    for (const std::uint32_t function : functions)
        stack.push_back(return_address(function));
    return stack;
}

// later: the leak goes on, there is another one, and what was cached is gone.
bool save_small(const std::string& path, bool later) {
    Host host;
    host.process(100, "leaker");
    host.process(200, "<script>\";\n");
    host.add(
        {.kernel_stack = stack_of({1, 2, 3}), .user_function = 5, .births = later ? 400U : 200U});
    host.add({.object_class = ObjectClass::socket,
              .cache = "TCP",
              .kernel_stack = stack_of({1, 7, 4}),
              .user_function = 6,
              .births = 90,
              .deaths = 30});
    if (later)
        host.add({.cache = "filp",
                  .tgid = 200,
                  .kernel_stack = stack_of({1, 9, 10}),
                  .user_function = 8,
                  .births = 70});
    else
        host.add({.cache = "dentry",
                  .tgid = 200,
                  .kernel_stack = stack_of({1, 7, 11}),
                  .user_function = 9,
                  .births = 5000,
                  .deaths = 4980});
    return host.save(path);
}

bool save_large(const std::string& path) {
    Host host;
    for (std::uint32_t i = 0; i < 200; ++i)
        host.process(100 + i, "worker-" + std::to_string(i));
    for (std::uint32_t i = 0; i < 20'000; ++i)
        host.add({.cache = "kmalloc-" + std::to_string(8 << i % 9),
                  .tgid = 100 + i % 200,
                  .kernel_stack = stack_of({1, 10 + i % 30, 50 + i % 900, 1000 + i % 5000, 3, 4, 5,
                                            6, 8, 9, 40 + i / 5000, 45}),
                  .user_function = i % 2000,
                  .births = 5 + i % 7,
                  .deaths = i % 4});
    return host.save(path);
}

} // namespace
} // namespace unfreed::test

int main(int argc, char** argv) {
    using namespace unfreed::test;
    const std::string folder = argc == 2 ? argv[1] : ".";
    const bool saved = save_small(folder + "/before.unfreed", false) &&
                       save_small(folder + "/after.unfreed", true) &&
                       save_large(folder + "/large.unfreed");
    if (!saved)
        std::cerr << "cannot write recordings into " << folder << '\n';
    return saved ? 0 : 1;
}
