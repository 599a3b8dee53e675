// SPDX-License-Identifier: BSD-2-Clause
// Every program that this kernel can load passes the verifier, at no more than its budgeted cost:
// of the object for this kernel, because the one for kernels before 6.1 has its own. The budget
// file has one line a program: name, instructions the verifier may look at. A program that gets
// dearer fails here before it fails on an older kernel; UNFREED_UPDATE_BUDGET=1 writes the file
// anew with a quarter to spare.
#include "abi/config.h"
#include "abi/table.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace unfreed {
namespace {

struct Close {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using ObjectPtr = std::unique_ptr<bpf_object, Close>;

// Built in, or from the environment (in a VM the files lie elsewhere).
std::string path_of(const char* variable, const char* built_in) {
    const char* path = std::getenv(variable);
    return path != nullptr ? path : built_in;
}

bool kernel_has(const char* name, std::uint32_t kind) {
    btf* kernel = btf__load_vmlinux_btf();
    const bool has = btf__find_by_name_kind(kernel, name, kind) > 0;
    btf__free(kernel);
    return has;
}

// As user/bpf/kernel_btf.cpp: 6.1 joined this tracepoint to another.
bool is_legacy() {
    return kernel_has("btf_trace_kmem_cache_alloc_node", BTF_KIND_TYPEDEF);
}
std::string object_path() {
    return is_legacy() ? path_of("UNFREED_LEGACY_OBJECT", UNFREED_LEGACY_OBJECT)
                       : path_of("UNFREED_BPF_OBJECT", UNFREED_BPF_OBJECT);
}
std::string budget_path() {
    return path_of("UNFREED_BUDGET", UNFREED_BUDGET);
}

std::map<std::string, std::uint32_t> read_budget() {
    std::map<std::string, std::uint32_t> budget;
    std::ifstream file(budget_path());
    std::string name;
    std::uint32_t instructions = 0;
    while (file >> name >> instructions)
        budget[name] = instructions;
    return budget;
}

std::vector<std::string> program_names() {
    std::vector<std::string> names;
    const ObjectPtr object(bpf_object__open_file(object_path().c_str(), nullptr));
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object.get()) {
        const std::string name = bpf_program__name(program);
        // The copies are the same code but for a constant: the first two are its two shapes.
        const std::size_t copy = name.find_last_of('_') + 1;
        if (name.size() != copy + 1 || name[copy] < '2' || name[copy] > '9')
            names.push_back(name);
    }
    return names;
}

enum class Scope { host, targets };

// The two configurations that keep as much code as any.
void configure(bpf_object* object, Scope scope) {
    bpf_map* rodata = bpf_object__find_map_by_name(object, ".rodata");
    std::size_t size = 0;
    ASSERT_NE(bpf_map__initial_value(rodata, &size), nullptr);
    ASSERT_GE(size, sizeof(uf_config));
    std::vector<char> data(size);
    auto* config = new (data.data()) uf_config{};
    config->set_mask = 15;
    config->origin_mask = 15;
    config->classes = ~0u;
    config->copies = config->function_copies = UF_COPIES;
    config->repeats = config->function_repeats = 1;
    config->only_targets = scope == Scope::targets;
    config->follow = scope == Scope::targets;
    config->delayed_work_timer = config->rcu_work_callback = 1;
    config->vmemmap_base = config->page_offset_base = 1;
    config->cache_of = is_legacy() || kernel_has("bpf_get_kmem_cache", BTF_KIND_FUNC);
    config->kmem_births = 1;
    config->may_sample = 1;
    config->possible_cpus = 4;
    config->nr_sites = UF_SITE_MAX;
    for (uf_site_range& site : config->sites)
        site = {1, 2, UF_CLASS_SOCKET, 0};
    ASSERT_EQ(bpf_map__set_initial_value(rodata, data.data(), data.size()), 0);
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "objects"), 16);
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "origins"), 16);
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "scratch"),
                             4 * static_cast<unsigned>(libbpf_num_possible_cpus()));
}

// Loads one program. `log_level` 0: only a refusal is logged; 4 (BPF_LOG_STATS): the cost is.
struct Loaded {
    ObjectPtr object;
    int error = 0;
    std::string log;
};
Loaded load(const std::string& name, Scope scope, unsigned log_level) {
    Loaded loaded;
    loaded.object.reset(bpf_object__open_file(object_path().c_str(), nullptr));
    bpf_program* program = bpf_object__find_program_by_name(loaded.object.get(), name.c_str());
    bpf_program__set_autoload(program, true);
    configure(loaded.object.get(), scope);
    std::vector<char> log(1 << 20);
    bpf_program__set_log_buf(program, log.data(), log.size());
    bpf_program__set_log_level(program, log_level);
    loaded.error = bpf_object__load(loaded.object.get());
    loaded.log = log.data();
    return loaded;
}

// nullopt: this kernel does not permit or know it (another kernel's variant).
std::optional<std::uint32_t> verified_instructions(const std::string& name, Scope scope,
                                                   std::string& why) {
    if (const Loaded stats = load(name, scope, 4); stats.error == 0) {
        const std::size_t at = stats.log.find("processed ");
        return at != std::string::npos
                   ? static_cast<std::uint32_t>(std::strtoul(&stats.log[at + 10], nullptr, 10))
                   : UINT32_MAX;
    }
    const Loaded refused = load(name, scope, 0);
    why = std::strerror(-refused.error);
    // A log means that the verifier read it and said no.
    if (refused.log.size() > 200)
        ADD_FAILURE() << name << ": the verifier refuses it\n"
                      << refused.log.substr(refused.log.size() -
                                            std::min<std::size_t>(refused.log.size(), 4000));
    return std::nullopt;
}

TEST(VerifierBudget, EveryLoadableProgramStaysInIt) {
    libbpf_set_print(nullptr);
    const std::string edition = is_legacy() ? "legacy:" : "";
    const auto budget = read_budget();
    const bool update = std::getenv("UNFREED_UPDATE_BUDGET") != nullptr;
    std::map<std::string, std::uint32_t> spent = budget;
    int loaded = 0;
    for (const std::string& name : program_names()) {
        std::string why;
        auto instructions = verified_instructions(name, Scope::targets, why);
        if (instructions)
            instructions = std::max(
                *instructions, verified_instructions(name, Scope::host, why).value_or(UINT32_MAX));
        if (!instructions) {
            std::printf("not loadable here: %s (%s)\n", name.c_str(), why.c_str());
            continue;
        }
        ++loaded;
        if (update) {
            spent[edition + name] = *instructions * 5 / 4;
            continue;
        }
        const auto allowed = budget.find(edition + name);
        ASSERT_NE(allowed, budget.end()) << name << " has no line in " << budget_path();
        EXPECT_LE(*instructions, allowed->second) << name;
    }
    EXPECT_GT(loaded, 10);
    if (update) {
        std::ofstream file(budget_path());
        for (const auto& [name, instructions] : spent)
            file << name << ' ' << instructions << '\n';
    }
}

} // namespace
} // namespace unfreed
