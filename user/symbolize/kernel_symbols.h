// SPDX-License-Identifier: BSD-2-Clause
// What the rest of the tool may ask about kernel text: one interface for the live kernel
// (Kallsyms), a recorded one (replay) and tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// A kernel function and the place in it that was asked for. A value: it outlives the table.
struct KernelSymbol {
    std::string name;
    std::string module;       // "vmlinux" for built-in code, "bpf" for BPF programs
    std::uint64_t start = 0;  // address of the function
    std::uint64_t offset = 0; // bytes from start to the address asked for
};

// Half-open: start <= address < end.
struct AddressRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;

    bool contains(std::uint64_t address) const { return address >= start && address < end; }
    friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// Read-only after construction, so all calls may be made from any thread.
class KernelSymbols {
  public:
    virtual ~KernelSymbols() = default;

    // The function that contains address; nullopt if none does. For a return address pass
    // address - 1: a call that never returns can be the last instruction of its function.
    virtual std::optional<KernelSymbol> find(std::uint64_t address) const = 0;

    // Where the function of exactly this name is; the lowest one if several have the name. Looks at
    // every symbol, so callers keep the answer.
    virtual std::optional<AddressRange> range_of(std::string_view function) const = 0;

    // Every function of this name and what the compiler split or cloned from it: f, f.part.0,
    // f.isra.0, f.constprop.0, f.cold and combinations. Ascending; empty if there is none.
    virtual std::vector<AddressRange>
    ranges_of_prefix_variants(std::string_view function) const = 0;

    // The kernel shows no addresses (kptr_restrict); then nothing is ever found.
    virtual bool hidden() const = 0;
};

} // namespace unfreed
