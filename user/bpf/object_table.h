// SPDX-License-Identifier: BSD-2-Clause
// The kernel's object and origin tables (bpf/abi/table.h), read through a shared mapping.
#pragma once

#include "abi/table.h"
#include "base/result.h"
#include "model/object_key.h"
#include "model/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace unfreed::bpf {

// A mapping of a BPF array map. Move-only; unmaps at its end.
class MappedArray {
  public:
    MappedArray() = default;
    // Maps `bytes` of the map `fd` for reading and writing.
    static Result<MappedArray> map(int fd, std::size_t bytes);
    MappedArray(MappedArray&& other) noexcept;
    MappedArray& operator=(MappedArray&& other) noexcept;
    ~MappedArray();

    template <class T>
    std::span<T> as() const {
        return {static_cast<T*>(address_), bytes_ / sizeof(T)};
    }

  private:
    void* address_ = nullptr;
    std::size_t bytes_ = 0;
};

// Reads what is alive, without a system call and without stopping anybody. Objects come and go
// while it reads: an object that lives through the whole read is in the result exactly once, one
// that is born or dies meanwhile may be or not.
class ObjectTable {
  public:
    ObjectTable(MappedArray objects, MappedArray origins, MappedArray ways)
        : objects_(std::move(objects)), origins_(std::move(origins)), ways_(std::move(ways)) {}

    // Copies every object of the sample born before `born_before_ns` (CLOCK_MONOTONIC), and all
    // origins that have counted a birth. An object that has fallen out of the sample may still be
    // in the table, and nobody would hear of its death.
    TableSnapshot read(std::uint64_t now_ns, std::uint64_t born_before_ns,
                       const Sampling& sampling) const;

    // Marks objects as held by user space: from then on their stages and deaths come as records.
    // An object that died meanwhile is left alone.
    void promote(std::span<const ObjectKey> objects) const;

    // Switches the stack walk at every birth on or off for these origins.
    void walk_stacks(std::span<const OriginId> ids, bool walk) const;

    // Is this very object still in the table?
    bool holds(const ObjectKey& object) const;

    // Gives origin entries back that nothing will use again: all objects dead and the process
    // ended. In two steps, with a grace period in between. Closed entries are no longer found by
    // their key, so that the births of programs that found one before are all counted after the
    // grace period; one that has objects then is opened again. exit_released keeps an origin,
    // because reports count it, and so does tgid 0 (no process).
    struct ClosedOrigin {
        OriginId id;
        std::uint64_t key = 0;
    };
    std::vector<ClosedOrigin>
    close_origins(const std::function<bool(std::uint32_t tgid)>& process_ended) const;
    std::vector<RetiredOrigin> retire(std::span<const ClosedOrigin> closed) const;
    // Takes that back: births find these entries again.
    void reopen(std::span<const ClosedOrigin> closed) const;

    // Part of the slots that is in use, from a look at 1024 sets: right to about one percent.
    double fill() const;

    // What an origin has counted, in three kinds that halve_deaths() keeps apart.
    struct Deaths {
        std::uint64_t deaths = 0;
        std::uint64_t exit_released = 0;
        std::uint64_t exit_pending = 0;
    };
    std::vector<Deaths> deaths() const;
    // Takes objects out that are not in the sample (no program of the kernel side may handle them
    // any more) and takes their births back, so that births less deaths is what is followed and
    // alive. Gives their number.
    std::uint64_t evict(const Sampling& sampling) const;
    // Halves what origins had counted before the sample was halved, as if the smaller sample had
    // been in force from the start. What was counted since stays.
    void halve_deaths(std::span<const Deaths> counted, std::uint64_t seed) const;

    std::size_t capacity() const { return objects_.as<uf_set>().size() * UF_WAYS; }

  private:
    MappedArray objects_;
    MappedArray origins_;
    MappedArray ways_; // uf_exit_ways of each origin
};

} // namespace unfreed::bpf
