// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/kernel_object.h"

#include "bpf/open_options.h"
#include "legacy.skel.h"
#include "unfreed.skel.h"

#include <cerrno>

namespace unfreed::bpf {
namespace {

// The two skeletons are alike, but bpftool makes a type of its own for each.
template <class Skeleton>
class Opened final : public KernelObject {
  public:
    Opened() : skeleton_(Skeleton::open(open_options())) {
        if (skeleton_ != nullptr)
            object_ = skeleton_->obj;
    }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened() override { Skeleton::destroy(skeleton_); }

    int load() override {
        const int error = Skeleton::load(skeleton_);
        // libbpf leaves variables unmapped, without an error, when its probe for that has failed.
        return error == 0 && skeleton_->bss == nullptr ? -ENOMEM : error;
    }
    uf_config& config() override { return skeleton_->rodata->cfg; }
    uf_state& state() const override { return skeleton_->bss->run_state; }

  private:
    Skeleton* skeleton_;
};

} // namespace

Result<std::unique_ptr<KernelObject>> KernelObject::open(Edition edition) {
    std::unique_ptr<KernelObject> object;
    if (edition == Edition::legacy)
        object = std::make_unique<Opened<legacy_bpf>>();
    else
        object = std::make_unique<Opened<unfreed_bpf>>();
    if (object->get() == nullptr)
        return fail_errno(Errc::internal, errno, "cannot open the BPF object");
    forgo_module_btf(object->get());
    return object;
}

bool KernelObject::set_max_entries(const char* map, std::uint32_t entries) {
    bpf_map* found = bpf_object__find_map_by_name(object_, map);
    return found != nullptr && bpf_map__set_max_entries(found, entries) == 0;
}

int KernelObject::map_fd(const char* map) const {
    return bpf_object__find_map_fd_by_name(object_, map);
}

} // namespace unfreed::bpf
