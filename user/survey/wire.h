// SPDX-License-Identifier: BSD-2-Clause
// Values to bytes and back, in the format of protocol buffers (protozero). A struct is a message
// whose fields have the numbers of their places in fields(archive, value) (survey/fields.h). What
// is 0 or empty is left out. So a field that is added at the end is unknown to older readers, which
// skip it, and 0 or empty in older recordings.
#pragma once

#include "base/box.h"
#include "base/strong_id.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unfreed::wire {

template <class T>
concept Number = std::is_integral_v<T> && !std::is_same_v<T, bool>;

// What an enum may be: specialize it with `last`.
template <class Enum>
struct EnumRange;

class Writer {
  public:
    explicit Writer(protozero::pbf_writer& out) : out_(out) {}

    template <class... Fields>
    void operator()(const Fields&... all) {
        protozero::pbf_tag_type tag = 0;
        (field(++tag, all), ...);
    }

  private:
    using Tag = protozero::pbf_tag_type;

    // forced: written though it is 0 or empty, because its presence means something.
    void field(Tag tag, bool value, bool forced = false) {
        if (value || forced)
            out_.add_bool(tag, value);
    }
    template <Number T>
    void field(Tag tag, T value, bool forced = false) {
        if (value == 0 && !forced)
            return;
        if constexpr (std::is_signed_v<T>)
            out_.add_sint64(tag, value);
        else
            out_.add_uint64(tag, value);
    }
    template <class T>
    requires std::is_enum_v<T>
    void field(Tag tag, T value, bool forced = false) {
        field(tag, static_cast<std::uint64_t>(value), forced);
    }
    void field(Tag tag, double value, bool forced = false) {
        if (value != 0 || forced)
            out_.add_double(tag, value);
    }
    void field(Tag tag, const std::string& value, bool forced = false) {
        if (!value.empty() || forced)
            out_.add_string(tag, value);
    }
    template <class Kind, class T>
    void field(Tag tag, StrongId<Kind, T> value, bool forced = false) {
        field(tag, value.value, forced);
    }
    template <std::size_t N>
    void field(Tag tag, const std::array<std::uint8_t, N>& value, bool forced = false) {
        if (forced || value != std::array<std::uint8_t, N>{})
            out_.add_bytes(tag, reinterpret_cast<const char*>(value.data()), N);
    }
    template <std::size_t N>
    void field(Tag tag, const std::array<std::uint64_t, N>& value, bool = false) {
        out_.add_packed_uint64(tag, value.begin(), value.end());
    }
    template <class T>
    void field(Tag tag, const std::optional<T>& value, bool = false) {
        if (value)
            field(tag, *value, true);
    }
    template <class T>
    void field(Tag tag, const Box<T>& value, bool = false) {
        if (value)
            field(tag, *value, true);
    }
    template <class T>
    void field(Tag tag, const std::vector<T>& values, bool = false) {
        if constexpr (Number<T>) {
            if (!values.empty())
                out_.add_packed_uint64(tag, values.begin(), values.end());
        } else {
            for (const T& value : values)
                field(tag, value, true);
        }
    }
    template <class T, class Less>
    void field(Tag tag, const std::set<T, Less>& values, bool = false) {
        for (const T& value : values)
            field(tag, value, true);
    }
    template <class Key, class Value, class Less>
    void field(Tag tag, const std::map<Key, Value, Less>& values, bool = false) {
        entries(tag, values);
    }
    template <class Key, class Value>
    void field(Tag tag, const std::unordered_map<Key, Value>& values, bool = false) {
        entries(tag, values);
    }
    template <class A, class B>
    void field(Tag tag, const std::pair<A, B>& value, bool forced = false) {
        message(tag, forced, [&](Writer& inner) { inner(value.first, value.second); });
    }
    // A struct. fields() takes it writable, because readers need it so.
    template <class T>
    requires std::is_class_v<T>
    void field(Tag tag, const T& value, bool forced = false) {
        message(tag, forced, [&](Writer& inner) { fields(inner, const_cast<T&>(value)); });
    }

    template <class Map>
    void entries(Tag tag, const Map& values) {
        for (const auto& entry : values)
            message(tag, true, [&](Writer& inner) { inner(entry.first, entry.second); });
    }
    template <class Fill>
    void message(Tag tag, bool forced, Fill fill) {
        std::string bytes;
        protozero::pbf_writer nested(bytes);
        Writer inner(nested);
        fill(inner);
        if (forced || !bytes.empty())
            out_.add_message(tag, bytes);
    }

    protozero::pbf_writer& out_;
};

// What is decoded may take so much memory: counts and sizes in a message are as hostile as the
// rest.
class Budget {
  public:
    explicit Budget(std::size_t bytes) : left_(bytes) {}
    void take(std::size_t bytes);

  private:
    std::size_t left_;
};

// Thrown by readers and caught where reading begins, as protozero's exceptions are.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Makes all fields 0 or empty, whatever a new value of the type has.
class Clearer {
  public:
    template <class... Fields>
    void operator()(Fields&... all) {
        (clear(all), ...);
    }

  private:
    template <class T>
    void clear(T& value) {
        if constexpr (requires { fields(*this, value); })
            fields(*this, value);
        else
            value = T{};
    }
};

// Reads the one field that a message is at.
class Reader {
  public:
    Reader(protozero::pbf_reader& in, Budget& budget) : in_(in), budget_(budget) {}

    template <class... Fields>
    void operator()(Fields&... all) {
        protozero::pbf_tag_type tag = 0;
        const bool known = ((++tag == in_.tag() && field(all)) || ...);
        if (!known)
            in_.skip();
    }

  private:
    using Wire = protozero::pbf_wire_type;

    // Each is false for another wire type than it is written with.
    bool field(bool& value) {
        if (in_.wire_type() != Wire::varint)
            return false;
        value = in_.get_uint64() != 0;
        return true;
    }
    template <Number T>
    bool field(T& value) {
        if (in_.wire_type() != Wire::varint)
            return false;
        if constexpr (std::is_signed_v<T>)
            value = checked<T>(in_.get_sint64());
        else
            value = checked<T>(in_.get_uint64());
        return true;
    }
    template <class T>
    requires std::is_enum_v<T>
    bool field(T& value) {
        if (in_.wire_type() != Wire::varint)
            return false;
        const std::uint64_t number = in_.get_uint64();
        if (number > static_cast<std::uint64_t>(EnumRange<T>::last))
            throw Refused("a value that this version does not know");
        value = static_cast<T>(number);
        return true;
    }
    bool field(double& value) {
        if (in_.wire_type() != Wire::fixed64)
            return false;
        value = in_.get_double();
        return true;
    }
    bool field(std::string& value) {
        if (in_.wire_type() != Wire::length_delimited)
            return false;
        const protozero::data_view view = in_.get_view();
        budget_.take(view.size());
        value.assign(view.data(), view.size());
        return true;
    }
    template <class Kind, class T>
    bool field(StrongId<Kind, T>& value) {
        return field(value.value);
    }
    template <std::size_t N>
    bool field(std::array<std::uint8_t, N>& value) {
        std::string bytes;
        if (!field(bytes))
            return false;
        if (bytes.size() != N)
            throw Refused("a field of another size");
        std::copy(bytes.begin(), bytes.end(), value.begin());
        return true;
    }
    template <std::size_t N>
    bool field(std::array<std::uint64_t, N>& value) {
        std::vector<std::uint64_t> numbers;
        if (!field(numbers))
            return false;
        if (numbers.size() != N)
            throw Refused("a field of another size");
        std::copy(numbers.begin(), numbers.end(), value.begin());
        return true;
    }
    template <class T>
    bool field(std::optional<T>& value) {
        T present{};
        if (!field(present))
            return false;
        value = std::move(present);
        return true;
    }
    template <class T>
    bool field(Box<T>& value) {
        budget_.take(sizeof(T));
        T present{};
        if (!field(present))
            return false;
        value = std::move(present);
        return true;
    }
    template <class T>
    bool field(std::vector<T>& values) {
        if constexpr (Number<T>) {
            if (in_.wire_type() != Wire::length_delimited)
                return false;
            for (std::uint64_t number : in_.get_packed_uint64()) {
                budget_.take(sizeof(T));
                values.push_back(checked<T>(number));
            }
            return true;
        } else {
            budget_.take(sizeof(T));
            T value{};
            if (!field(value))
                return false;
            values.push_back(std::move(value));
            return true;
        }
    }
    template <class T, class Less>
    bool field(std::set<T, Less>& values) {
        budget_.take(sizeof(T) + kNode);
        T value{};
        if (!field(value))
            return false;
        values.insert(std::move(value));
        return true;
    }
    template <class Key, class Value, class Less>
    bool field(std::map<Key, Value, Less>& values) {
        return entry(values);
    }
    template <class Key, class Value>
    bool field(std::unordered_map<Key, Value>& values) {
        return entry(values);
    }
    template <class A, class B>
    bool field(std::pair<A, B>& value) {
        return message([&](Reader& inner) { inner(value.first, value.second); });
    }
    template <class T>
    requires std::is_class_v<T>
    bool field(T& value) {
        Clearer clearer;
        fields(clearer, value);
        return message([&](Reader& inner) { fields(inner, value); });
    }

    template <class Map>
    bool entry(Map& values) {
        budget_.take(sizeof(typename Map::value_type) + kNode);
        typename Map::key_type key{};
        typename Map::mapped_type value{};
        if (!message([&](Reader& inner) { inner(key, value); }))
            return false;
        values.insert_or_assign(std::move(key), std::move(value));
        return true;
    }
    template <class Read>
    bool message(Read read) {
        if (in_.wire_type() != Wire::length_delimited)
            return false;
        protozero::pbf_reader nested = in_.get_message();
        Reader inner(nested, budget_);
        while (nested.next())
            read(inner);
        return true;
    }
    template <class T, class Wide>
    static T checked(Wide number) {
        if (!std::in_range<T>(number))
            throw Refused("a number that is too large");
        return static_cast<T>(number);
    }

    static constexpr std::size_t kNode = 48; // of a tree or a hash table

    protozero::pbf_reader& in_;
    Budget& budget_;
};

} // namespace unfreed::wire
