// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/kallsyms.h"

#include "base/read_file.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

namespace unfreed {
namespace {

// A function has no size in kallsyms: it ends at the next symbol. Where that is in another module,
// or there is none, memory between the two belongs to neither (BPF programs and trampolines that
// are not listed live there), so a function is believed to be at most this long.
constexpr std::uint64_t kLongestLastFunction = 64 * 1024;

bool is_text(char type) {
    return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

// Variables that the BPF side reads.
bool is_wanted_variable(std::string_view name) {
    return name == "vmemmap_base" || name == "page_offset_base";
}

// Among names for one address: the one a reader expects. Lower is better.
int alias_rank(char type, std::string_view name) {
    if (!is_text(type))
        return 1000;
    const int by_type = type == 'T' ? 0 : type == 't' ? 10 : 20;
    const auto underscores = std::min<std::size_t>(name.find_first_not_of('_'), 9);
    return by_type + static_cast<int>(underscores);
}

} // namespace

// Takes the text apart line by line: "ffffffff81000000 T name" or "... t name\t[module]".
class Kallsyms::Parser {
  public:
    Parser() {
        table_.modules_.emplace_back("vmlinux");
        table_.names_.push_back('\0');
    }

    Kallsyms run(std::string_view text) {
        table_.symbols_.reserve(text.size() / 40);
        table_.names_.reserve(text.size() / 2);
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            const std::string_view line = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (!line.empty() && !parse_line(line))
                ++table_.skipped_lines_;
        }
        table_.hidden_ = table_.symbols_.empty() && zero_addresses_ != 0;
        const auto by_address = [](const Symbol& a, const Symbol& b) {
            return a.address < b.address;
        };
        if (!std::is_sorted(table_.symbols_.begin(), table_.symbols_.end(), by_address))
            std::stable_sort(table_.symbols_.begin(), table_.symbols_.end(), by_address);
        table_.symbols_.shrink_to_fit();
        table_.names_.shrink_to_fit();
        return std::move(table_);
    }

  private:
    bool parse_line(std::string_view line) {
        Symbol symbol;
        const char* const end = line.data() + line.size();
        const auto number = std::from_chars(line.data(), end, symbol.address, 16);
        if (number.ec != std::errc{} || end - number.ptr < 4 || number.ptr[0] != ' ' ||
            number.ptr[2] != ' ')
            return false;
        symbol.type = number.ptr[1];
        std::string_view name(number.ptr + 3, static_cast<std::size_t>(end - number.ptr - 3));
        std::string_view module;
        if (const std::size_t gap = name.find_first_of("\t "); gap != name.npos) {
            const std::size_t open = name.find('[', gap);
            const std::size_t close = name.find(']', gap);
            if (open == name.npos || close == name.npos || close < open)
                return false;
            module = name.substr(open + 1, close - open - 1);
            name = name.substr(0, gap);
        }
        const bool is_name = !name.empty() && name.find('\0') == name.npos;
        if (!is_name || table_.names_.size() > std::numeric_limits<std::uint32_t>::max() / 2)
            return false;
        if (symbol.address == 0) { // hidden, or the start of the per-CPU area: no text either way
            ++zero_addresses_;
            return true;
        }
        symbol.module = module_id(module);
        // Of most data only the address is of use: text before it ends there.
        if (is_text(symbol.type) || is_wanted_variable(name)) {
            symbol.name = static_cast<std::uint32_t>(table_.names_.size());
            table_.names_.append(name).push_back('\0');
        }
        table_.symbols_.push_back(symbol);
        return true;
    }

    std::uint16_t module_id(std::string_view module) {
        if (module.empty())
            return 0;
        if (module == table_.modules_[last_module_]) // the symbols of a module come together
            return last_module_;
        const auto [entry, is_new] = module_ids_.try_emplace(
            std::string(module), static_cast<std::uint16_t>(table_.modules_.size()));
        if (is_new)
            table_.modules_.emplace_back(module);
        return last_module_ = entry->second;
    }

    Kallsyms table_;
    std::unordered_map<std::string, std::uint16_t> module_ids_;
    std::uint16_t last_module_ = 0;
    std::size_t zero_addresses_ = 0;
};

Kallsyms Kallsyms::parse(std::string_view text) {
    return Parser().run(text);
}

Result<Kallsyms> Kallsyms::load(const std::string& path) {
    Result<std::string> text = read_file(path);
    if (!text)
        return fail(std::move(text).error());
    Kallsyms table = parse(*text);
    if (table.symbols_.empty() && !table.hidden_)
        return fail(Errc::malformed, path + " holds no kernel symbols");
    return table;
}

// Symbols that share an address share the range, which ends at the next higher address.
AddressRange Kallsyms::range_at(std::size_t index) const {
    const Symbol& symbol = symbols_[index];
    std::size_t next = index + 1;
    while (next < symbols_.size() && symbols_[next].address == symbol.address)
        ++next;
    const std::uint64_t limit =
        symbol.address +
        std::min(kLongestLastFunction, std::numeric_limits<std::uint64_t>::max() - symbol.address);
    if (next == symbols_.size())
        return {symbol.address, limit};
    const std::uint64_t end = symbols_[next].address;
    return {symbol.address, symbols_[next].module == symbol.module ? end : std::min(end, limit)};
}

std::optional<KernelSymbol> Kallsyms::find(std::uint64_t address) const {
    const auto after =
        std::upper_bound(symbols_.begin(), symbols_.end(), address,
                         [](std::uint64_t a, const Symbol& b) { return a < b.address; });
    if (after == symbols_.begin())
        return std::nullopt;
    auto best = after - 1;
    for (auto alias = best; alias != symbols_.begin() && (alias - 1)->address == best->address;) {
        --alias; // from last to first: on a tie the first in the file wins
        if (alias_rank(alias->type, name_of(*alias)) <= alias_rank(best->type, name_of(*best)))
            best = alias;
    }
    if (!is_text(best->type) ||
        !range_at(static_cast<std::size_t>(best - symbols_.begin())).contains(address))
        return std::nullopt;
    return KernelSymbol{std::string(name_of(*best)), modules_[best->module], best->address,
                        address - best->address};
}

std::optional<AddressRange> Kallsyms::range_of(std::string_view function) const {
    for (std::size_t i = 0; i < symbols_.size(); ++i)
        if (is_text(symbols_[i].type) && name_of(symbols_[i]) == function)
            return range_at(i);
    return std::nullopt;
}

std::optional<std::uint64_t> Kallsyms::variable(std::string_view name) const {
    for (const Symbol& symbol : symbols_)
        if (symbol.name != 0 && !is_text(symbol.type) && name_of(symbol) == name)
            return symbol.address;
    return std::nullopt;
}

std::vector<AddressRange> Kallsyms::ranges_of_prefix_variants(std::string_view function) const {
    std::vector<AddressRange> ranges;
    for (std::size_t i = 0; i < symbols_.size(); ++i) {
        const std::string_view name = name_of(symbols_[i]);
        if (!is_text(symbols_[i].type) || !name.starts_with(function))
            continue;
        // No C identifier has a dot: what follows one is the compiler's.
        if (name.size() == function.size() || name[function.size()] == '.')
            ranges.push_back(range_at(i));
    }
    return ranges;
}

} // namespace unfreed
