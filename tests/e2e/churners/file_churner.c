/* SPDX-License-Identifier: BSD-2-Clause */
/* Creates, opens, closes and unlinks N files in DIR; leaks nothing. */
#include "churn.h"
#include "testprog.h"

static void begin(void)
{
	churn_dir_begin(testprog_args.dir);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "file",
		.positional = "DIR N",
		.begin = begin,
		.churn = churn_file,
		.finish = churn_dir_end,
	};

	return testprog_main(&prog, argc, argv);
}
