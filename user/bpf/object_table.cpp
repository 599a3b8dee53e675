// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/object_table.h"

#include "abi/table_hash.h"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <utility>

namespace unfreed::bpf {
namespace {

// Of an entry that is about to be given back. As likely the key of a birth as any other number.
constexpr std::uint64_t kClosedKey = 2;

// The kernel side writes these words while we read.
template <class T>
T load(const T& word) {
    return std::atomic_ref<T>(const_cast<T&>(word)).load(std::memory_order_acquire);
}

// Copies one slot; false if it changed while it was read.
bool read_slot(const uf_set& set, unsigned way, std::uint64_t address, TableObject& object) {
    const uf_meta& meta = set.meta[way];
    const std::uint64_t birth_ns = load(meta.birth_ns);
    const std::uint32_t bits = load(meta.bits);
    object.address = address;
    object.birth_ns = birth_ns;
    object.origin = OriginId{load(meta.origin)};
    object.tgid = load(meta.tgid);
    object.stages = bits & UF_STAGE_MASK;
    object.object_class = static_cast<ObjectClass>((bits & UF_CLASS_MASK) >> UF_CLASS_SHIFT);
    object.size_bytes = std::uint64_t{load(meta.size)} * card_of(object.object_class).size_unit;
    object.stack_checked = (bits & UF_META_STACK_CHECKED) != 0;
    return load(set.addr[way]) == address && load(meta.birth_ns) == birth_ns;
}

OriginCounts read_origin(const uf_origin& origin) {
    const std::uint32_t flags = load(origin.flags);
    OriginCounts counts;
    counts.births = load(origin.births);
    counts.deaths = load(origin.deaths);
    counts.exit_released = load(origin.exit_released);
    counts.exit_pending = load(origin.exit_pending);
    counts.replaced = load(origin.replaced);
    counts.checked = load(origin.checked);
    counts.differed = load(origin.differed);
    if ((flags & UF_ORIGIN_OWN_STACK) != 0)
        counts.split_of = OriginId{load(origin.stack_hash)};
    counts.walked = (flags & UF_ORIGIN_WALK) != 0;
    return counts;
}

ExitWays read_ways(const uf_exit_ways& ways) {
    return {load(ways.by_rcu), load(ways.by_worker), load(ways.by_parent), load(ways.unknown)};
}

// False: it is not in this set.
bool set_promoted(uf_set& set, const ObjectKey& object) {
    for (unsigned way = 0; way < UF_WAYS; ++way) {
        if (load(set.addr[way]) != object.address ||
            load(set.meta[way].birth_ns) != object.birth_ns)
            continue;
        // If the slot changes hands right here, the mark goes to a young object; its death then
        // comes as a record that the tracker does not know, and ignores.
        std::atomic_ref<std::uint32_t>(set.meta[way].bits).fetch_or(UF_META_PROMOTED);
        return true;
    }
    return false;
}

} // namespace

Result<MappedArray> MappedArray::map(int fd, std::size_t bytes) {
    void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED)
        return fail_errno(Errc::limit, errno, "cannot map a table of the kernel side");
    MappedArray mapped;
    mapped.address_ = address;
    mapped.bytes_ = bytes;
    return mapped;
}

MappedArray::MappedArray(MappedArray&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

MappedArray& MappedArray::operator=(MappedArray&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

MappedArray::~MappedArray() {
    if (address_ != nullptr)
        ::munmap(address_, bytes_);
}

TableSnapshot ObjectTable::read(std::uint64_t now_ns, std::uint64_t born_before_ns,
                                const Sampling& sampling) const {
    TableSnapshot snapshot;
    snapshot.taken_at_ns = now_ns;
    snapshot.sampling = sampling;
    for (const uf_set& set : objects_.as<const uf_set>()) {
        // Most sets are empty: one look at the line of addresses.
        std::uint64_t any = 0;
        for (const __u64& address : set.addr)
            any |=
                std::atomic_ref<__u64>(const_cast<__u64&>(address)).load(std::memory_order_relaxed);
        if (any == 0)
            continue;
        for (unsigned way = 0; way < UF_WAYS; ++way) {
            const std::uint64_t address = load(set.addr[way]);
            if (address == 0 || (address & UF_ADDR_FILLING) != 0 || !sampling.follows(address))
                continue;
            TableObject object;
            if (read_slot(set, way, address, object) && object.birth_ns < born_before_ns)
                snapshot.objects.push_back(object);
        }
    }
    std::uint32_t id = 0;
    for (const uf_origin& origin : origins_.as<const uf_origin>()) {
        ++id;
        if (load(origin.key) == 0)
            continue;
        OriginCounts& counts = snapshot.origins[OriginId{id}] = read_origin(origin);
        if (counts.exit_released != 0 || counts.exit_pending != 0)
            counts.exit_ways = read_ways(ways_.as<const uf_exit_ways>()[id - 1]);
    }
    return snapshot;
}

void ObjectTable::promote(std::span<const ObjectKey> objects) const {
    std::span<uf_set> sets = objects_.as<uf_set>();
    const auto mask = static_cast<std::uint32_t>(sets.size() - 1);
    for (const ObjectKey& object : objects) {
        uf_set& home = sets[uf_table_home(object.address, mask)];
        if (set_promoted(home, object) || load(home.overflow) == 0)
            continue;
        for (unsigned n = 0; n < UF_OTHER_SETS; ++n)
            if (set_promoted(sets[uf_table_other_set(object.address, n, mask)], object))
                break;
    }
}

std::vector<ObjectTable::ClosedOrigin>
ObjectTable::close_origins(const std::function<bool(std::uint32_t)>& process_ended) const {
    std::vector<ClosedOrigin> closed;
    std::uint32_t id = 0;
    for (uf_origin& origin : origins_.as<uf_origin>()) {
        ++id;
        const std::uint64_t key = load(origin.key);
        const std::uint32_t tgid = load(origin.tgid);
        const std::uint64_t births = load(origin.births);
        if (key == 0 || tgid == 0 || births == 0 || births != load(origin.deaths) ||
            load(origin.exit_released) != 0 || !process_ended(tgid))
            continue;
        std::atomic_ref<__u64>(origin.key).store(kClosedKey, std::memory_order_release);
        closed.push_back({OriginId{id}, key});
    }
    return closed;
}

std::vector<RetiredOrigin> ObjectTable::retire(std::span<const ClosedOrigin> closed) const {
    std::vector<RetiredOrigin> retired;
    const std::span<uf_origin> origins = origins_.as<uf_origin>();
    for (const ClosedOrigin& entry : closed) {
        uf_origin& origin = origins[entry.id.value - 1];
        const std::uint64_t births = load(origin.births);
        if (births != load(origin.deaths) || load(origin.exit_released) != 0) {
            std::atomic_ref<__u64>(origin.key).store(entry.key, std::memory_order_release);
            continue;
        }
        retired.push_back({entry.id, {births, births, 0, 0, {}, load(origin.replaced)}});
        ways_.as<uf_exit_ways>()[entry.id.value - 1] = {};
        origin.births = 0;
        origin.deaths = 0;
        origin.exit_pending = 0;
        origin.differed = 0;
        origin.checked = 0;
        origin.stack_hash = 0;
        origin.replaced = 0;
        origin.flags = 0;
        origin.tgid = 0;
        origin.last_birth_ns = 0;
        std::atomic_ref<__u64>(origin.key).store(0, std::memory_order_release);
    }
    return retired;
}

void ObjectTable::reopen(std::span<const ClosedOrigin> closed) const {
    const std::span<uf_origin> origins = origins_.as<uf_origin>();
    for (const ClosedOrigin& entry : closed)
        std::atomic_ref<__u64>(origins[entry.id.value - 1].key)
            .store(entry.key, std::memory_order_release);
}

void ObjectTable::walk_stacks(std::span<const OriginId> ids, bool walk) const {
    std::span<uf_origin> origins = origins_.as<uf_origin>();
    for (OriginId id : ids) {
        if (id.value == 0 || id.value > origins.size())
            continue;
        std::atomic_ref<std::uint32_t> flags(origins[id.value - 1].flags);
        if (walk)
            flags.fetch_or(UF_ORIGIN_WALK);
        else
            flags.fetch_and(~static_cast<std::uint32_t>(UF_ORIGIN_WALK));
    }
}

bool ObjectTable::holds(const ObjectKey& object) const {
    std::span<const uf_set> sets = objects_.as<const uf_set>();
    const auto mask = static_cast<std::uint32_t>(sets.size() - 1);
    const auto in = [&](const uf_set& set) {
        for (unsigned way = 0; way < UF_WAYS; ++way)
            if (load(set.addr[way]) == object.address &&
                load(set.meta[way].birth_ns) == object.birth_ns)
                return true;
        return false;
    };
    if (in(sets[uf_table_home(object.address, mask)]))
        return true;
    for (unsigned n = 0; n < UF_OTHER_SETS; ++n)
        if (in(sets[uf_table_other_set(object.address, n, mask)]))
            return true;
    return false;
}

} // namespace unfreed::bpf
