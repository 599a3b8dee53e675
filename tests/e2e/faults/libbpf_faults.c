/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded into the tool: one call of a function of libbpf fails, as if memory had run out.
 * UNFREED_FAULT=NAME:N lets the Nth call of NAME fail; UNFREED_FAULT_COUNTS=FILE has the calls of
 * each counted into that file at the end. Without btf__type_by_id() and btf__name_by_offset(),
 * which libbpf calls itself, and which fail for numbers only that are in no BTF. x86-64 only. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTERS(X)                                                                                \
	X(bpf_object__find_map_by_name)                                                            \
	X(bpf_object__find_program_by_name)                                                        \
	X(bpf_program__attach)                                                                     \
	X(bpf_program__attach_iter)                                                                \
	X(btf__load_vmlinux_btf)                                                                   \
	X(ring_buffer__new)
#define NUMBERS(X)                                                                                 \
	X(bpf_iter_create)                                                                         \
	X(bpf_link__fd)                                                                            \
	X(bpf_map__fd)                                                                             \
	X(bpf_map__set_max_entries)                                                                \
	X(bpf_map_lookup_elem)                                                                     \
	X(bpf_obj_get_info_by_fd)                                                                  \
	X(bpf_object__find_map_fd_by_name)                                                         \
	X(bpf_object__load_skeleton)                                                               \
	X(bpf_object__open_skeleton)                                                               \
	X(bpf_prog_test_run_opts)                                                                  \
	X(bpf_program__fd)                                                                         \
	X(bpf_program__set_autoload)                                                               \
	X(btf__find_by_name_kind)                                                                  \
	X(libbpf_num_possible_cpus)                                                                \
	X(ring_buffer__consume)                                                                    \
	X(ring_buffer__epoll_fd)

enum call {
#define ENUM(name) CALL_##name,
	POINTERS(ENUM) NUMBERS(ENUM) CALLS
};

static const char *const names[] = {
#define NAME(name) #name,
	POINTERS(NAME) NUMBERS(NAME)};
static int counts[CALLS];

/* Where the call goes on, or NULL: it fails. */
__attribute__((used, visibility("hidden"))) void *libbpf_faults_next(int call)
{
	static void *real[CALLS];
	const char *wanted = getenv("UNFREED_FAULT");
	size_t length = strlen(names[call]);

	counts[call]++;
	if (wanted && strncmp(wanted, names[call], length) == 0 && wanted[length] == ':' &&
	    atoi(wanted + length + 1) == counts[call]) {
		errno = ENOMEM;
		return NULL;
	}
	if (!real[call])
		real[call] = dlsym(RTLD_NEXT, names[call]);
	return real[call];
}

__attribute__((destructor)) static void write_counts(void)
{
	const char *path = getenv("UNFREED_FAULT_COUNTS");
	FILE *file = path ? fopen(path, "w") : NULL;
	int i;

	if (!file)
		return;
	for (i = 0; i < CALLS; i++)
		fprintf(file, "%s %d\n", names[i], counts[i]);
	fclose(file);
}

/* The arguments stay as they are, so no signature need be known. */
#define WRAP(name, result)                                                                         \
	__asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n"                 \
		"push %rdi\npush %rsi\npush %rdx\npush %rcx\npush %r8\npush %r9\nsub $8,%rsp\n"    \
		"mov $.Lcall_" #name ",%edi\ncall libbpf_faults_next\n"                            \
		"add $8,%rsp\npop %r9\npop %r8\npop %rcx\npop %rdx\npop %rsi\npop %rdi\n"          \
		"test %rax,%rax\njz 1f\njmp *%rax\n"                                               \
		"1: mov $" result ",%rax\nret\n.size " #name ",.-" #name "\n");
#define WRAP_POINTER(name) WRAP(name, "0")
#define WRAP_NUMBER(name)  WRAP(name, "-12") /* -ENOMEM */

/* The numbers of the calls, for the assembler. */
#define SYMBOL(name) __asm__(".set .Lcall_" #name ", next_call\n.set next_call, next_call + 1\n");
__asm__(".set next_call, 0\n");
POINTERS(SYMBOL)
NUMBERS(SYMBOL)
POINTERS(WRAP_POINTER)
NUMBERS(WRAP_NUMBER)
