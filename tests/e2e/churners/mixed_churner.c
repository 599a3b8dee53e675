/* SPDX-License-Identifier: BSD-2-Clause */
/* Does the work of all churners in turn, N steps; leaks nothing. */
#include "churn.h"
#include "testprog.h"

static const char *dir = "/tmp";

static void begin(void)
{
	churn_connect_begin();
	churn_dir_begin(dir);
}

static void churn(unsigned long i)
{
	unsigned long turn = i / 8; /* each kind of work counts on its own */

	switch (i % 8) {
	case CHURN_TCP:
	case CHURN_UDP:
	case CHURN_UNIX:
	case CHURN_SOCKETPAIR:
		churn_socket((enum churn_kind)(i % 8));
		break;
	case 4:
		churn_connect(turn);
		break;
	case 5:
		churn_file(turn);
		break;
	case 6:
		churn_stat(turn);
		break;
	default:
		churn_fork();
	}
}

static void finish(void)
{
	churn_dir_end();
	churn_connect_end();
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {{.name = "dir", .value = &dir}, {0}};
	static const struct testprog prog = {
		.what = "mixed",
		.positional = "N",
		.options = options,
		.begin = begin,
		.churn = churn,
		.finish = finish,
	};

	if (churn_is_child(argc, argv))
		return 0;
	return testprog_main(&prog, argc, argv);
}
