// SPDX-License-Identifier: BSD-2-Clause
#include "slab_walk.h"

#include <byteswap.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace unfreed::e2e {
namespace {

constexpr std::uint64_t kPage = 4096;

template <typename T>
T at(const unsigned char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof(value));
    return value;
}

} // namespace

void shrink_all_caches() {
    std::error_code error;
    for (const auto& cache : std::filesystem::directory_iterator("/sys/kernel/slab", error))
        std::ofstream(cache.path() / "shrink") << "1\n";
}

SlabWalk::SlabWalk(const KernelMemory& memory) : memory_(memory) {
    page_offset_ = memory.word(memory.symbol("page_offset_base"));
    vmemmap_ = memory.word(memory.symbol("vmemmap_base"));
    page_size_of_struct_ = memory.size_of("page");
    for (long cpu = 0; cpu < ::sysconf(_SC_NPROCESSORS_CONF); ++cpu)
        cpu_offsets_.push_back(
            memory.word(memory.symbol("__per_cpu_offset") + 8 * static_cast<std::uint64_t>(cpu)));
    // A flag of the page up to 6.9, a type of the page since ("mm: turn folio_test_hugetlb into a
    // PageType" and "mm/slab: move PG_slab to page_type").
    slab_flag_ = memory.enumerator("PG_slab", -1);
    slab_type_ = memory.enumerator("PGTY_slab", -1);
    // A slab was part of struct page before 5.17.
    const char* const slab = memory.size_of("slab") != 0 ? "slab" : "page";
    page_type_ = memory.field(slab, "__page_type");
    page_refcount_ = memory.field("page", "_refcount");
    slab_cache_ = memory.field(slab, "slab_cache");
    slab_freelist_ = memory.field(slab, "freelist");
    slab_objects_ = memory.field(slab, "objects");
    size_ = memory.field("kmem_cache", "size");
    red_left_pad_ = memory.field("kmem_cache", "red_left_pad");
    link_offset_ = memory.field("kmem_cache", "offset");
    random_ = memory.field("kmem_cache", "random");
    name_ = memory.field("kmem_cache", "name");
    list_ = memory.field("kmem_cache", "list");
    cpu_slab_ = memory.field("kmem_cache", "cpu_slab");       // gone in 7.x
    cpu_sheaves_ = memory.field("kmem_cache", "cpu_sheaves"); // since 6.18
    cpu_freelist_ = memory.field("kmem_cache_cpu", "freelist");
    main_ = memory.field("slub_percpu_sheaves", "main");
    spare_ = memory.field("slub_percpu_sheaves", "spare");
    sheaf_size_ = memory.field("slab_sheaf", "size");
    sheaf_objects_ = memory.field("slab_sheaf", "objects");
    node_ = memory.field("kmem_cache", "node");
    per_node_ = memory.field("kmem_cache", "per_node"); // 7.x
    node_barn_ = memory.field("kmem_cache_node", "barn");
    per_node_barn_ = memory.field("kmem_cache_per_node_ptrs", "barn");
    full_ = memory.field("node_barn", "sheaves_full");
    barn_list_ = memory.field("slab_sheaf", "barn_list");
}

std::uint32_t SlabWalk::number(const unsigned char* bytes, const Field& field) const {
    if (field.bits == 0)
        return at<std::uint32_t>(bytes + field.offset);
    return static_cast<std::uint32_t>((at<std::uint64_t>(bytes + field.offset) >> field.shift) &
                                      ((1ULL << field.bits) - 1));
}

bool SlabWalk::is_slab(const unsigned char* page) const {
    if (slab_type_ >= 0)
        return at<std::uint32_t>(page + page_type_.offset) >> 24 ==
               static_cast<std::uint32_t>(slab_type_);
    return (at<std::uint64_t>(page) >> slab_flag_ & 1) != 0; // flags are the first member
}

std::unordered_map<std::uint64_t, SlabWalk::Cache> SlabWalk::caches() const {
    std::unordered_map<std::uint64_t, Cache> found;
    const std::uint64_t head = memory_.symbol("slab_caches");
    std::uint64_t link = memory_.word(head);
    for (int i = 0; link != 0 && link != head && i < 10000; ++i, link = memory_.word(link)) {
        const std::uint64_t cache = link - list_.offset;
        std::vector<unsigned char> bytes(list_.offset + 256);
        if (!memory_.read(cache, bytes.data(), bytes.size()))
            continue;
        found[cache] = {number(bytes.data(), size_), number(bytes.data(), red_left_pad_),
                        number(bytes.data(), link_offset_),
                        random_.exists ? memory_.word(cache + random_.offset) : 0};
    }
    return found;
}

std::string SlabWalk::cache_name(std::uint64_t cache) const {
    char name[64] = {};
    memory_.read(memory_.word(cache + name_.offset), name, sizeof(name) - 1);
    return name;
}

// freelist_ptr_decode() of mm/slub.c: each free object has the next one's address in it, mixed with
// a secret of the cache and with where it stands.
void SlabWalk::add_chain(std::uint64_t first, const Cache& cache,
                         std::unordered_set<std::uint64_t>& free) const {
    for (std::uint64_t object = first; object != 0 && free.insert(object).second;) {
        const std::uint64_t place = object + cache.link_offset;
        std::uint64_t next = 0;
        if (!memory_.read(place, &next, sizeof(next)))
            return;
        object = cache.random != 0 ? next ^ cache.random ^ bswap_64(place) : next;
    }
}

void SlabWalk::add_sheaf(std::uint64_t sheaf, std::unordered_set<std::uint64_t>& free) const {
    std::uint32_t size = 0;
    if (sheaf == 0 || !memory_.read(sheaf + sheaf_size_.offset, &size, sizeof(size)) || size > 4096)
        return;
    std::vector<std::uint64_t> objects(size);
    if (size != 0 && memory_.read(sheaf + sheaf_objects_.offset, objects.data(), 8ULL * size))
        free.insert(objects.begin(), objects.end());
}

// Where the first memory node keeps full sheaves; a guest has one node.
std::uint64_t SlabWalk::barn_of(std::uint64_t cache) const {
    if (per_node_.exists)
        return memory_.word(cache + per_node_.offset + per_node_barn_.offset);
    return node_barn_.exists ? memory_.word(memory_.word(cache + node_.offset) + node_barn_.offset)
                             : 0;
}

// What is held ready: free lists of the CPUs (up to 6.19), their sheaves and those of the node
// (from 6.18). The sheaf of objects that wait for a grace period is left out: they are not free.
std::unordered_set<std::uint64_t> SlabWalk::held_ready(std::uint64_t address,
                                                       const Cache& cache) const {
    std::unordered_set<std::uint64_t> free;
    for (const std::uint64_t offset : cpu_offsets_) {
        if (cpu_slab_.exists)
            add_chain(memory_.word(memory_.word(address + cpu_slab_.offset) + offset +
                                   cpu_freelist_.offset),
                      cache, free);
        const std::uint64_t sheaves =
            cpu_sheaves_.exists ? memory_.word(address + cpu_sheaves_.offset) : 0;
        if (sheaves == 0)
            continue;
        add_sheaf(memory_.word(sheaves + offset + main_.offset), free);
        add_sheaf(memory_.word(sheaves + offset + spare_.offset), free);
    }
    if (const std::uint64_t barn = barn_of(address); barn != 0) {
        const std::uint64_t head = barn + full_.offset;
        std::uint64_t link = memory_.word(head);
        for (int i = 0; link != 0 && link != head && i < 1000; ++i, link = memory_.word(link))
            add_sheaf(link - barn_list_.offset, free);
    }
    return free;
}

std::vector<SlabWalk::Head>
SlabWalk::slabs(const std::unordered_map<std::uint64_t, Cache>& caches) const {
    std::vector<Head> found;
    constexpr std::uint64_t kChunk = 4096;
    for (const auto& range : memory_.direct_mapping()) {
        const std::uint64_t first = (range.start - page_offset_) / kPage;
        const std::uint64_t last = (range.end - page_offset_) / kPage;
        for (std::uint64_t pfn = first; pfn < last; pfn += kChunk) {
            const std::uint64_t count = std::min(kChunk, last - pfn);
            std::vector<unsigned char> pages(count * page_size_of_struct_);
            if (!memory_.read(vmemmap_ + pfn * page_size_of_struct_, pages.data(), pages.size()))
                continue;
            for (std::uint64_t i = 0; i < count; ++i) {
                const unsigned char* page = pages.data() + i * page_size_of_struct_;
                const std::uint64_t cache = at<std::uint64_t>(page + slab_cache_.offset);
                if (is_slab(page) && caches.contains(cache))
                    found.push_back({page_offset_ + (pfn + i) * kPage, cache,
                                     at<std::uint64_t>(page + slab_freelist_.offset),
                                     number(page, slab_objects_)});
            }
        }
    }
    return found;
}

std::unordered_map<std::uint64_t, std::uint64_t> SlabWalk::allocated() const {
    const auto all = caches();
    std::unordered_map<std::uint64_t, std::unordered_set<std::uint64_t>> free;
    for (const auto& [address, cache] : all)
        free[address] = held_ready(address, cache);
    const auto heads = slabs(all);
    for (const Head& head : heads)
        add_chain(head.freelist, all.at(head.cache), free[head.cache]);
    std::unordered_map<std::uint64_t, std::uint64_t> objects;
    for (const Head& head : heads) {
        const Cache& cache = all.at(head.cache);
        for (std::uint32_t i = 0; i < head.objects; ++i) {
            const std::uint64_t object =
                head.address + cache.red_left_pad + std::uint64_t{i} * cache.size;
            if (!free[head.cache].contains(object))
                objects.emplace(object, head.cache);
        }
    }
    return objects;
}

bool SlabWalk::in_free_page(std::uint64_t address) const {
    const std::uint64_t page = vmemmap_ + (address - page_offset_) / kPage * page_size_of_struct_;
    std::uint32_t references = 0;
    return memory_.read(page + page_refcount_.offset, &references, sizeof(references)) &&
           references == 0;
}

} // namespace unfreed::e2e
