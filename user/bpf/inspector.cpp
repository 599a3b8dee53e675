// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/inspector.h"

#include "base/capabilities.h"
#include "bpf/libbpf_log.h"
#include "bpf/open_options.h"
#include "bpf/refusal.h"
#include "inspect.skel.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace unfreed::bpf {

void Inspector::Delete::operator()(inspect_bpf* skeleton) const {
    inspect_bpf::destroy(skeleton);
}

Result<Inspector> Inspector::load() {
    // libbpf looks for a type that the kernel itself does not have in its modules; listing those
    // (BPF_BTF_GET_NEXT_ID) takes this capability.
    const RaisedCapability admin(Capability::sys_admin);
    Inspector inspector;
    inspector.skeleton_.reset(inspect_bpf::open(open_options()));
    if (inspector.skeleton_)
        if (const int error = inspect_bpf::load(inspector.skeleton_.get()); error != 0) {
            inspector.skeleton_.reset();
            errno = -error;
        }
    if (!inspector.skeleton_ || inspector.skeleton_->bss == nullptr)
        return fail(refusal(errno, "the program that reads objects", take_libbpf_warnings()));
    auto mapped = MappedArray::map(bpf_map__fd(inspector.skeleton_->maps.inspections),
                                   sizeof(uf_inspect) * UF_INSPECT_BATCH);
    if (!mapped)
        return fail(mapped.error());
    inspector.batch_ = std::move(*mapped);
    return inspector;
}

Result<> Inspector::run_batch(std::span<uf_inspect> questions) {
    const std::span<uf_inspect> batch = batch_.as<uf_inspect>();
    std::copy(questions.begin(), questions.end(), batch.begin());
    static_cast<volatile __u32&>(skeleton_->bss->wanted) = static_cast<__u32>(questions.size());
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    if (bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.inspect), &options) != 0)
        return fail_errno(Errc::unsupported, errno, "cannot run the program that reads objects");
    std::copy_n(batch.begin(), questions.size(), questions.begin());
    return {};
}

Result<> Inspector::inspect(std::span<uf_inspect> questions) {
    while (!questions.empty()) {
        const std::size_t size = std::min<std::size_t>(questions.size(), UF_INSPECT_BATCH);
        if (auto ran = run_batch(questions.first(size)); !ran)
            return ran;
        questions = questions.subspan(size);
    }
    return {};
}

} // namespace unfreed::bpf
