/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N BPF maps of per-CPU memory: --entries E values (1) of --bytes B (64) on each CPU. */
#include "bpfmap.h"
#include "testprog.h"

#include <linux/bpf.h>

static const char *bytes_text = "64";
static const char *entries_text = "1";

static TESTPROG_FN int make_percpu(void)
{
	return bpfmap_make(BPF_MAP_TYPE_PERCPU_ARRAY, testprog_number(bytes_text, "--bytes"),
			   testprog_number(entries_text, "--entries"));
}

static TESTPROG_FN void leak_percpu(unsigned long i)
{
	(void)i;
	make_percpu();
}

static TESTPROG_FN void use_percpu(unsigned long i)
{
	(void)i;
	testprog_close(make_percpu());
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "bytes", .value = &bytes_text},
		{.name = "entries", .value = &entries_text},
		{0},
	};
	static const struct testprog prog = {
		.what = "percpu",
		.positional = "N",
		.options = options,
		.fds_each = 1,
		.begin = bpfmap_begin,
		.leak = leak_percpu,
		.use = use_percpu,
	};

	return testprog_main(&prog, argc, argv);
}
