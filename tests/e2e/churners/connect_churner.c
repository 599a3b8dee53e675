/* SPDX-License-Identifier: BSD-2-Clause */
/* Connects, accepts and closes N TCP connections over loopback; leaks nothing. */
#include "churn.h"
#include "testprog.h"

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "connect",
		.positional = "N",
		.begin = churn_connect_begin,
		.churn = churn_connect,
		.finish = churn_connect_end,
	};

	return testprog_main(&prog, argc, argv);
}
