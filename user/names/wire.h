// SPDX-License-Identifier: BSD-2-Clause
// Values in the messages between the tracer and its naming processes. Both ends are one binary on
// one host, so numbers go as they lie in memory; but what comes may have been made by whoever took
// over the other end, so a reader believes no length.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unfreed::names {

class WireWriter {
  public:
    template <std::integral T>
    WireWriter& number(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
        return *this;
    }
    WireWriter& text(std::string_view text) {
        number(static_cast<std::uint32_t>(text.size()));
        bytes_.append(text);
        return *this;
    }
    WireWriter& words(std::span<const std::uint64_t> words) {
        number(static_cast<std::uint32_t>(words.size()));
        bytes_.append(reinterpret_cast<const char*>(words.data()), words.size_bytes());
        return *this;
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

// After something did not fit, everything is zero or empty, and ok() says so. What text() gives
// points into the message.
class WireReader {
  public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}

    template <std::integral T>
    T number() {
        T value{};
        const std::string_view bytes = take(sizeof(value));
        if (ok_)
            std::memcpy(&value, bytes.data(), sizeof(value));
        return value;
    }
    bool flag() { return number<std::uint8_t>() != 0; }
    std::string_view text() { return take(number<std::uint32_t>()); }
    std::vector<std::uint64_t> words() {
        const std::size_t count = number<std::uint32_t>();
        const std::string_view bytes = take(count * sizeof(std::uint64_t));
        std::vector<std::uint64_t> words(bytes.size() / sizeof(std::uint64_t));
        if (!bytes.empty())
            std::memcpy(words.data(), bytes.data(), bytes.size());
        return words;
    }

    bool ok() const { return ok_; }
    // Everything was there, and nothing else.
    bool done() const { return ok_ && rest_.empty(); }

  private:
    std::string_view take(std::size_t size) {
        ok_ = ok_ && size <= rest_.size();
        if (!ok_)
            return {};
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }

    std::string_view rest_;
    bool ok_ = true;
};

} // namespace unfreed::names
