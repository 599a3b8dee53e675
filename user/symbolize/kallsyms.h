// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "symbolize/kernel_symbols.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// The symbols of a kernel as /proc/kallsyms prints them. About 40 bytes a symbol. Load it after the
// BPF programs are attached: only then are they listed, and their frames recognised.
class Kallsyms final : public KernelSymbols {
  public:
    // Errors: not_found, permission or io if the file cannot be read, malformed if no line of it is
    // a symbol. Hidden addresses are no error, see hidden().
    static Result<Kallsyms> load(const std::string& path = "/proc/kallsyms");
    // The same from text. Lines that are no symbols are skipped and counted.
    static Kallsyms parse(std::string_view text);

    std::optional<KernelSymbol> find(std::uint64_t address) const override;
    std::optional<AddressRange> range_of(std::string_view function) const override;
    std::vector<AddressRange> ranges_of_prefix_variants(std::string_view function) const override;
    bool hidden() const override { return hidden_; }
    // Where a variable of the kernel is; nullopt: it has none of this name, or it is not one of the
    // few whose names are kept (kallsyms.cpp).
    std::optional<std::uint64_t> variable(std::string_view name) const;

    std::size_t size() const { return symbols_.size(); }
    std::size_t skipped_lines() const { return skipped_lines_; }

  private:
    // 16 bytes: a kernel has a quarter of a million of them.
    struct Symbol {
        std::uint64_t address = 0;
        std::uint32_t name = 0; // where it starts in names_, 0-terminated there; 0: data
        std::uint16_t module = 0;
        char type = 0; // as in kallsyms
    };

    class Parser;
    Kallsyms() = default;
    std::string_view name_of(const Symbol& symbol) const { return names_.data() + symbol.name; }
    AddressRange range_at(std::size_t index) const;

    std::vector<Symbol> symbols_; // ascending by address, aliases in the order of the file
    std::string names_;
    std::vector<std::string> modules_;
    std::size_t skipped_lines_ = 0;
    bool hidden_ = false;
};

} // namespace unfreed
