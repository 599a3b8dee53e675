/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens and closes N sockets (socketpair: N pairs); leaks nothing. */
#include "churn.h"
#include "testprog.h"

#include <string.h>

static const char *kind_name = "mix";
static enum churn_kind kind;
static bool mix;

static void begin(void)
{
	mix = strcmp(kind_name, "mix") == 0;
	if (!mix && !churn_kind_of(kind_name, &kind))
		testprog_die("--kind is tcp, udp, unix, socketpair or mix, not %s", kind_name);
}

static void churn(unsigned long i)
{
	churn_socket(mix ? (enum churn_kind)(i % CHURN_KINDS) : kind);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {{.name = "kind", .value = &kind_name},
							 {0}};
	static const struct testprog prog = {
		.what = "socket",
		.positional = "N",
		.options = options,
		.begin = begin,
		.churn = churn,
	};

	return testprog_main(&prog, argc, argv);
}
