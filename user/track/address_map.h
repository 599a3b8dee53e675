// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace unfreed {

// Hash table from object address to a small value, made for a million entries that are all looked
// up at every tick: open addressing with linear probing in one block of memory, no tombstones.
// Address 0 is no key. A pointer to a value holds until the next insert or erase.
template <class Value>
class AddressMap {
  public:
    std::size_t size() const { return size_; }

    Value* find(std::uint64_t address) {
        return const_cast<Value*>(std::as_const(*this).find(address));
    }
    const Value* find(std::uint64_t address) const {
        if (size_ == 0)
            return nullptr;
        const Entry& entry = entries_[probe(address)];
        return entry.address ? &entry.value : nullptr;
    }

    // The value of this address; `inserted` tells that it is new (and default).
    struct Slot {
        Value& value;
        bool inserted;
    };
    Slot find_or_insert(std::uint64_t address) {
        reserve(size_ + 1);
        Entry& entry = entries_[probe(address)];
        const bool inserted = entry.address == 0;
        if (inserted) {
            entry.address = address;
            ++size_;
        }
        return {entry.value, inserted};
    }

    bool erase(std::uint64_t address) {
        if (size_ == 0)
            return false;
        std::size_t hole = probe(address);
        if (!entries_[hole].address)
            return false;
        // Close the gap: move back every follower whose home is not behind the hole.
        for (std::size_t i = next(hole); entries_[i].address; i = next(i)) {
            const std::size_t from_home = (i - home(entries_[i].address)) & mask();
            const std::size_t from_hole = (i - hole) & mask();
            if (from_home >= from_hole) {
                entries_[hole] = std::move(entries_[i]);
                hole = i;
            }
        }
        entries_[hole] = Entry{};
        --size_;
        return true;
    }

    template <class Visitor>
    void for_each(Visitor&& visit) const {
        for (const Entry& entry : entries_)
            if (entry.address)
                visit(entry.address, entry.value);
    }

    // Removes what `dead(address, value)` says and gives back memory that is no longer needed.
    template <class Predicate>
    void erase_if(Predicate&& dead) {
        std::vector<std::uint64_t> addresses;
        for (Entry& entry : entries_)
            if (entry.address && dead(entry.address, entry.value))
                addresses.push_back(entry.address);
        for (std::uint64_t address : addresses)
            erase(address);
        if (entries_.size() > kMinCapacity && size_ < entries_.size() / 8)
            rehash(capacity_for(size_));
    }

    void reserve(std::size_t count) {
        if (capacity_for(count) > entries_.size())
            rehash(capacity_for(count));
    }

    // Starts loading the cache line of this address, for a look-up a little later.
    void prefetch(std::uint64_t address) const {
        if (!entries_.empty())
            __builtin_prefetch(&entries_[home(address)]);
    }

    std::size_t memory_bytes() const { return entries_.capacity() * sizeof(Entry); }

  private:
    struct Entry {
        std::uint64_t address = 0;
        Value value{};
    };
    static constexpr std::size_t kMinCapacity = 64;

    // At most 3/4 full.
    static std::size_t capacity_for(std::size_t count) {
        return std::bit_ceil(count + count / 3 + kMinCapacity - 1);
    }
    std::size_t mask() const { return entries_.size() - 1; }
    std::size_t next(std::size_t i) const { return (i + 1) & mask(); }
    std::size_t home(std::uint64_t address) const {
        // Objects of one slab differ in a few middle bits: spread them to the top ones.
        return static_cast<std::size_t>((address * 0x9E3779B97F4A7C15ULL) >> shift_);
    }
    // Where the address is or would be put. There is always an empty entry to stop at.
    std::size_t probe(std::uint64_t address) const {
        std::size_t i = home(address);
        while (entries_[i].address && entries_[i].address != address)
            i = next(i);
        return i;
    }
    void rehash(std::size_t capacity) {
        std::vector<Entry> old(capacity);
        old.swap(entries_);
        shift_ = 64 - std::countr_zero(capacity);
        for (Entry& entry : old)
            if (entry.address)
                entries_[probe(entry.address)] = std::move(entry);
    }

    std::vector<Entry> entries_;
    std::size_t size_ = 0;
    int shift_ = 63;
};

} // namespace unfreed
