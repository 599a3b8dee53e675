// SPDX-License-Identifier: BSD-2-Clause
// Names of the kernel addresses of a survey, as plain values.
#pragma once

#include "symbolize/kernel_symbols.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace unfreed {

struct KernelNames {
    struct Function {
        std::string name;
        std::string module;
        std::uint64_t start = 0;
    };
    struct At {
        std::uint64_t address = 0;
        std::uint32_t function = 0; // index of functions
        std::uint64_t offset = 0;   // of the address in it
    };
    std::vector<Function> functions;
    std::vector<At> at;  // sorted by address; what is not there has no name
    bool hidden = false; // the kernel shows no addresses
};

// Looks names up for a survey, each once.
class KernelNamesBuilder {
  public:
    // Borrows the symbols.
    explicit KernelNamesBuilder(const KernelSymbols& symbols) : symbols_(symbols) {}

    // This address may be asked for, and as a return address: the byte before it.
    void add(std::uint64_t address);
    KernelNames take() &&;

  private:
    void look_up(std::uint64_t address);

    const KernelSymbols& symbols_;
    std::unordered_set<std::uint64_t> asked_;
    std::unordered_map<std::uint64_t, std::uint32_t> by_start_;
    KernelNames names_;
};

// These names as if they were a kernel's symbols; borrows them. It knows no more than they say.
class NamedAddresses final : public KernelSymbols {
  public:
    explicit NamedAddresses(const KernelNames& names) : names_(names) {}

    std::optional<KernelSymbol> find(std::uint64_t address) const override;
    std::optional<AddressRange> range_of(std::string_view) const override { return std::nullopt; }
    std::vector<AddressRange> ranges_of_prefix_variants(std::string_view) const override {
        return {};
    }
    bool hidden() const override { return names_.hidden; }

  private:
    const KernelNames& names_;
};

} // namespace unfreed
