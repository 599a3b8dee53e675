// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "symbolize/kernel_symbols.h"

#include <utility>

namespace unfreed::testing {

// Symbols that a test lists: every function is 0x100 bytes long.
class FakeKernelSymbols final : public KernelSymbols {
  public:
    static constexpr std::uint64_t kFunctionBytes = 0x100;

    FakeKernelSymbols& add(std::uint64_t start, std::string name, std::string module = "vmlinux") {
        symbols_.push_back({std::move(name), std::move(module), start, 0});
        return *this;
    }
    void hide() { hidden_ = true; }

    std::optional<KernelSymbol> find(std::uint64_t address) const override {
        for (const KernelSymbol& symbol : symbols_)
            if (range(symbol).contains(address))
                return KernelSymbol{symbol.name, symbol.module, symbol.start,
                                    address - symbol.start};
        return std::nullopt;
    }
    std::optional<AddressRange> range_of(std::string_view function) const override {
        for (const KernelSymbol& symbol : symbols_)
            if (symbol.name == function)
                return range(symbol);
        return std::nullopt;
    }
    std::vector<AddressRange> ranges_of_prefix_variants(std::string_view function) const override {
        std::vector<AddressRange> ranges;
        for (const KernelSymbol& symbol : symbols_)
            if (symbol.name.substr(0, symbol.name.find('.')) == function)
                ranges.push_back(range(symbol));
        return ranges;
    }
    bool hidden() const override { return hidden_; }

  private:
    static AddressRange range(const KernelSymbol& symbol) {
        return {symbol.start, symbol.start + kFunctionBytes};
    }

    std::vector<KernelSymbol> symbols_;
    bool hidden_ = false;
};

} // namespace unfreed::testing
