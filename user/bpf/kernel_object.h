// SPDX-License-Identifier: BSD-2-Clause
// The BPF object that does the work in the kernel, in one of its editions (bpf/CMakeLists.txt).
#pragma once

#include "abi/config.h"
#include "base/result.h"
#include "bpf/handles.h"
#include "bpf/hook_table.h"

#include <cstdint>
#include <memory>

namespace unfreed::bpf {

class KernelObject {
  public:
    static Result<std::unique_ptr<KernelObject>> open(Edition edition);
    virtual ~KernelObject() = default;

    bpf_object* get() const { return object_; }
    // Gives 0 or a negative errno, as libbpf does.
    virtual int load() = 0;

    // Before load().
    virtual uf_config& config() = 0;
    [[nodiscard]] bool set_max_entries(const char* map, std::uint32_t entries);
    // What the kernel side shares with us; loading moves it.
    virtual uf_state& state() const = 0;
    // After load().
    int map_fd(const char* map) const;

  protected:
    bpf_object* object_ = nullptr;
};

} // namespace unfreed::bpf
