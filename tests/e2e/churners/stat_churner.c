/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks up N times one of a few missing names in DIR; leaks nothing. */
#include "churn.h"
#include "testprog.h"

static void begin(void)
{
	churn_dir_begin(testprog_args.dir);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "stat",
		.positional = "DIR N",
		.begin = begin,
		.churn = churn_stat,
		.finish = churn_dir_end,
	};

	return testprog_main(&prog, argc, argv);
}
