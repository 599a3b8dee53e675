// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/eh_frame.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

namespace unfreed {
namespace {

// The longest in a distribution's libraries has 2.4 KiB. Each byte may be an instruction that keeps
// a copy of all rules (DW_CFA_remember_state).
constexpr std::uint32_t kLongestRecord = 16 * 1024;

// How an address is written (DW_EH_PE_*).
constexpr std::uint8_t kAbsolute = 0x00;
constexpr std::uint8_t kUnsigned4 = 0x03;
constexpr std::uint8_t kUnsigned8 = 0x04;
constexpr std::uint8_t kSigned4 = 0x0b;
constexpr std::uint8_t kSigned8 = 0x0c;
constexpr std::uint8_t kFormat = 0x0f;
constexpr std::uint8_t kFromHere = 0x10; // added to where it is written
constexpr std::uint8_t kIndirect = 0x80;

// Takes values off the front of a record; once it fell short it gives zeros.
class Bytes {
  public:
    explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <class T>
    T take() {
        T value{};
        if (bytes_.size() < sizeof value) {
            short_ = true;
            bytes_ = {};
            return value;
        }
        std::memcpy(&value, bytes_.data(), sizeof value);
        bytes_ = bytes_.subspan(sizeof value);
        return value;
    }
    void skip_leb128() {
        while ((take<std::uint8_t>() & 0x80) != 0) {
        }
    }
    std::string_view text() { // up to its 0
        const auto end = std::find(bytes_.begin(), bytes_.end(), std::byte{0});
        const auto length = static_cast<std::size_t>(end - bytes_.begin());
        const std::string_view found(reinterpret_cast<const char*>(bytes_.data()), length);
        short_ = short_ || end == bytes_.end();
        bytes_ = bytes_.subspan(std::min(length + 1, bytes_.size()));
        return found;
    }
    void skip(std::size_t count) {
        short_ = short_ || count > bytes_.size();
        bytes_ = bytes_.subspan(std::min(count, bytes_.size()));
    }
    bool fell_short() const { return short_; }

  private:
    std::span<const std::byte> bytes_;
    bool short_ = false;
};

std::optional<std::size_t> bytes_of(std::uint8_t encoding) {
    switch (encoding & kFormat) {
    case kAbsolute:
    case kUnsigned8:
    case kSigned8:
        return 8;
    case kUnsigned4:
    case kSigned4:
        return 4;
    default:
        return std::nullopt;
    }
}

// How the descriptions of this header write addresses; nullopt: not as a compiler does. record:
// behind its length and its id.
std::optional<std::uint8_t> encoding_of(std::span<const std::byte> record) {
    Bytes bytes(record);
    const auto version = bytes.take<std::uint8_t>();
    const std::string_view augmentation = bytes.text();
    if (augmentation.empty())
        return kAbsolute;
    if (augmentation.front() != 'z' || (version != 1 && version != 3))
        return std::nullopt;
    bytes.skip_leb128(); // code alignment
    bytes.skip_leb128(); // data alignment
    if (version == 1)    // return address
        bytes.skip(1);
    else
        bytes.skip_leb128();
    bytes.skip_leb128(); // length of what follows
    std::uint8_t encoding = kAbsolute;
    for (const char letter : augmentation.substr(1)) {
        if (letter == 'R') {
            encoding = bytes.take<std::uint8_t>();
        } else if (letter == 'L') {
            bytes.skip(1);
        } else if (letter == 'P') {
            const auto personality = bytes_of(bytes.take<std::uint8_t>());
            if (!personality)
                return std::nullopt;
            bytes.skip(*personality);
        } else if (letter != 'S' && letter != 'B') {
            return std::nullopt;
        }
    }
    const bool is_known = bytes_of(encoding) && (encoding & kIndirect) == 0 &&
                          ((encoding & 0x70) == 0 || (encoding & 0x70) == kFromHere);
    return is_known && !bytes.fell_short() ? std::optional(encoding) : std::nullopt;
}

// address: where it is written.
std::optional<std::uint64_t> decode(std::span<const std::byte> text, std::uint8_t encoding,
                                    std::uint64_t address) {
    Bytes bytes(text);
    std::uint64_t value = 0;
    switch (encoding & kFormat) {
    case kUnsigned4:
        value = bytes.take<std::uint32_t>();
        break;
    case kSigned4:
        value = static_cast<std::uint64_t>(std::int64_t{bytes.take<std::int32_t>()});
        break;
    default:
        value = bytes.take<std::uint64_t>();
    }
    if (bytes.fell_short())
        return std::nullopt;
    return (encoding & kFromHere) != 0 ? value + address : value;
}

} // namespace

Result<std::vector<FrameEntry>> index_of_eh_frame(std::span<const std::byte> section,
                                                  std::uint64_t address) {
    constexpr std::size_t kHead = 2 * sizeof(std::uint32_t); // length, id
    std::map<std::uint64_t, std::uint8_t> headers;           // by their offset: encoding
    std::vector<FrameEntry> entries;
    for (std::uint64_t at = 0; section.size() - at >= kHead;) {
        const std::span<const std::byte> rest = section.subspan(at);
        Bytes head(rest);
        const auto length = head.take<std::uint32_t>(); // of what is behind it
        const auto id = head.take<std::uint32_t>();
        if (length == 0) { // an end, which a linker may leave in the middle
            at += sizeof length;
            continue;
        }
        if (length > kLongestRecord)
            return fail(Errc::limit, "unwind tables that no compiler makes");
        if (length < sizeof id || length > rest.size() - sizeof length)
            break;
        const auto body = rest.subspan(kHead, length - sizeof id);
        if (id == 0) {
            if (const auto encoding = encoding_of(body))
                headers.emplace(at, *encoding);
        } else if (const auto header = headers.find(at + sizeof length - id);
                   header != headers.end()) {
            if (const auto function = decode(body, header->second, address + at + kHead))
                entries.push_back({*function, at});
        }
        at += sizeof length + length;
    }
    std::sort(entries.begin(), entries.end(), [](const FrameEntry& a, const FrameEntry& b) {
        return a.function != b.function ? a.function < b.function : a.offset < b.offset;
    });
    return entries;
}

} // namespace unfreed
