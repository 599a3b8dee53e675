// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Areas of kernel addresses: vmalloc(), vmap(), ioremap(), kernel stacks. An object is an area,
 * named by its first address; its size is that of the memory, without the guard page behind it, in
 * units of UF_VMALLOC_UNIT.
 *
 * From 6.2 on two tracepoints of mm/vmalloc.c see all of them, vm_map_ram() and its blocks
 * included. The birth runs before its caller has the area; the death when the area is on the list
 * of those that are given back together later, so that its addresses are not handed out again for
 * long. Before, __get_vm_area_node and remove_vm_area are what vmalloc(), vmap() and ioremap()
 * pass. The first has too many arguments for fexit there.
 */
#include "lib/object.bpf.h"
#include "lib/trampoline.bpf.h"

#define UF_VM_NO_GUARD 0x40

static __always_inline bool vmalloc__wanted(u64 addr)
{
	return object__is_pointer(addr) && sample__follows(addr);
}

static __always_inline void vmalloc__born(void *ctx, u64 addr, u64 bytes, u64 call_site, bool again)
{
	struct uf_birth birth = {
		.addr = addr,
		.call_site = call_site,
		.size = bytes / UF_VMALLOC_UNIT,
		.object_class = UF_CLASS_VMALLOC,
	};

	birth.owner = context__owner(ctx);
	if (aim__wants(&birth))
		object__born(ctx, &birth, again);
}

/* (addr, size, align, vstart, vend, failed); tried again when it failed. The guard page is in the
 * size, but not in that of a block of vm_map_ram(), the only one that is aligned to its own size.
 */
static __always_inline int vmalloc_alloc(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	u64 addr = ctx->args[0], bytes = ctx->args[1];

	if (!hook__active(UF_HOOK_VMALLOC_ALLOC) || !context__current_wanted())
		return 0;
	if ((u32)ctx->args[5] || !vmalloc__wanted(addr))
		return 0;
	if (bytes != ctx->args[2] && bytes > cfg.page_bytes)
		bytes -= cfg.page_bytes;
	vmalloc__born(ctx, addr, bytes, 0, again);
	return 0;
}
UF_RAW_TP_COPIES("alloc_vmap_area", UF_HOOK_VMALLOC_ALLOC, vmalloc_alloc)

SEC("?kretprobe/__get_vm_area_node")
int vmalloc_alloc_kretprobe(struct pt_regs *ctx)
{
	struct vm_struct *area = (struct vm_struct *)PT_REGS_RC(ctx);
	u64 addr, bytes;

	if (!hook__active(UF_HOOK_VMALLOC_ALLOC) || !context__current_wanted() || !area)
		return 0;
	addr = (u64)BPF_CORE_READ(area, addr);
	if (!vmalloc__wanted(addr))
		return 0;
	bytes = BPF_CORE_READ(area, size);
	if (!(BPF_CORE_READ(area, flags) & UF_VM_NO_GUARD))
		bytes -= cfg.page_bytes;
	vmalloc__born(ctx, addr, bytes, (u64)BPF_CORE_READ(area, caller), false);
	return 0;
}

/* addr: anywhere in the first page of the area. */
static __always_inline int vmalloc__died(void *ctx, u64 addr)
{
	addr &= ~((u64)cfg.page_bytes - 1);
	if (hook__active(UF_HOOK_VMALLOC_FREE) && vmalloc__wanted(addr))
		object__died(ctx, addr);
	return 0;
}

/* (va_start, nr_lazy, nr_lazy_max) */
static __always_inline int vmalloc_free(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return vmalloc__died(ctx, ctx->args[0]);
}
UF_RAW_TP_COPIES("free_vmap_area_noflush", UF_HOOK_VMALLOC_FREE, vmalloc_free)

static __always_inline int vmalloc_free_entry(u64 *ctx, bool again)
{
	return vmalloc__died(ctx, trampoline__arg(ctx, 0));
}
UF_TRAMPOLINE_COPIES("fentry/remove_vm_area", UF_HOOK_VMALLOC_FREE, vmalloc_free_entry)

SEC("?kprobe/remove_vm_area")
int vmalloc_free_kprobe(struct pt_regs *ctx)
{
	return vmalloc__died(ctx, PT_REGS_PARM1(ctx));
}
