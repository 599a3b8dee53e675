// SPDX-License-Identifier: BSD-2-Clause
#include "tool.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace unfreed::e2e {
namespace {

std::string from_environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

} // namespace

std::string tool_path() {
    return from_environment("UNFREED", "build/unfreed");
}

std::string program_path(const std::string& name) {
    return from_environment("UNFREED_BIN", "build/tests/e2e/bin") + "/" + name;
}

std::string own_program(const std::string& name, const std::string& folder) {
    const std::string path = folder + "/own" + std::to_string(::getpid());
    std::filesystem::copy_file(program_path(name), path);
    return path;
}

std::vector<std::string> extra_options() {
    std::istringstream words(from_environment("UNFREED_OPTIONS", ""));
    std::vector<std::string> options;
    for (std::string word; words >> word;)
        options.push_back(word);
    return options;
}

std::vector<std::string> command(std::vector<std::string> head, std::vector<std::string> tail) {
    std::vector<std::string> words{tool_path()};
    words.insert(words.end(), head.begin(), head.end());
    words.insert(words.end(), {"--format", "json"});
    for (const std::string& word : extra_options())
        words.push_back(word);
    words.insert(words.end(), tail.begin(), tail.end());
    return words;
}

Finished end_trace(Process& tool, std::chrono::seconds later) {
    std::this_thread::sleep_for(later);
    tool.signal(SIGINT);
    return tool.finish(std::chrono::seconds(180));
}

Json report_of(const Finished& finished) {
    Json report = Json::parse(finished.out, nullptr, false);
    EXPECT_FALSE(report.is_discarded())
        << "stdout is no JSON: " << finished.out.substr(0, 400) << "\nstderr: " << finished.err;
    EXPECT_TRUE(finished.status == 0 || finished.status == 4)
        << "status " << finished.status << "\n"
        << finished.err;
    return report.is_discarded() ? Json::object({{"groups", Json::array()}}) : report;
}

std::vector<Json> groups_of(const Json& report, const std::string& object_class,
                            const std::string& comm) {
    std::vector<Json> found;
    for (const Json& group : report["groups"]) {
        if (group["class"] != object_class || group["count"] == 0)
            continue;
        for (const Json& process : group["processes"])
            if (process["comm"] == comm) {
                found.push_back(group);
                break;
            }
    }
    return found;
}

std::uint64_t count_of(const Json& report, const std::string& object_class,
                       const std::string& comm) {
    std::uint64_t sum = 0;
    for (const Json& group : groups_of(report, object_class, comm))
        sum += group["count"].get<std::uint64_t>();
    return sum;
}

std::uint64_t accused(const Json& report, const std::vector<std::string>& comms) {
    std::uint64_t sum = 0;
    for (const std::string& comm : comms)
        for (const char* object_class : {"socket", "dentry"})
            for (const Json& group : groups_of(report, object_class, comm)) {
                if (group["verdict"] == "cached" && tracepoints_only(report))
                    continue;
                sum += group["count"].get<std::uint64_t>();
                ADD_FAILURE() << "accused: " << group.dump(1);
            }
    return sum;
}

std::uint64_t loss(const Json& report, const std::string& counter) {
    for (const Json& loss : report["losses"])
        if (loss["counter"] == counter)
            return loss["count"];
    ADD_FAILURE() << "no counter " << counter;
    return 0;
}

bool stack_has(const Json& group, const std::string& function_part) {
    for (const Json& frame : group["kernel_stack"])
        if (frame["function"].is_string() &&
            frame["function"].get<std::string>().find(function_part) != std::string::npos)
            return true;
    return false;
}

std::set<std::uint32_t> loaded_programs() {
    std::set<std::uint32_t> ids;
    for (std::uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
        const int fd = bpf_prog_get_fd_by_id(id);
        if (fd < 0)
            continue;
        bpf_prog_info info{};
        std::uint32_t size = sizeof(info);
        const std::string name = bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.name : "";
        for (const char* prefix :
             {"slab_", "socket_", "dentry_", "percpu_", "vmalloc_", "process_", "try_"})
            if (name.starts_with(prefix))
                ids.insert(id);
        ::close(fd);
    }
    return ids;
}

namespace {

// Takes those away that a living process has a descriptor of, or of a link to.
void drop_held(std::set<std::uint32_t>& ids) {
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
        if (process.path().filename().string().find_first_not_of("0123456789") != std::string::npos)
            continue;
        std::error_code gone;
        std::filesystem::directory_iterator entry(process.path() / "fdinfo", gone);
        for (; !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone)) {
            std::ifstream file(entry->path());
            std::string key;
            for (std::uint32_t id = 0; file >> key;)
                if (key == "prog_id:" && file >> id)
                    ids.erase(id);
        }
    }
}

} // namespace

bool no_program_left() {
    for (int i = 0; i < 200; ++i) {
        auto left = loaded_programs();
        drop_held(left);
        if (left.empty())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

bool cannot_inspect(const Json& report) {
    const std::string release = report["host"]["kernel_release"];
    return release.starts_with("5.") && loss(report, "objects_not_inspected") != 0;
}

bool tracepoints_only(const Json& report) {
    for (const Json& hook : report["hooks"])
        if (hook["attached_as"] != "raw_tp" && hook["attached_as"] != "none")
            return false;
    return true;
}

TempDir::TempDir() {
    path = from_environment("TMPDIR", "/tmp") + "/unfreed-e2e-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        throw std::runtime_error("mkdtemp " + path);
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

} // namespace unfreed::e2e
