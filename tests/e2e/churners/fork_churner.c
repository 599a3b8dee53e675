/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs itself N times as a child (fork, exec, wait); leaks nothing. */
#include "churn.h"
#include "testprog.h"

static void churn(unsigned long i)
{
	(void)i;
	churn_fork();
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "fork",
		.positional = "N",
		.churn = churn,
	};

	if (churn_is_child(argc, argv))
		return 0;
	return testprog_main(&prog, argc, argv);
}
