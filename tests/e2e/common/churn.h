/* SPDX-License-Identifier: BSD-2-Clause */
/* One step of each kind of balanced work; every *_end releases what the steps kept for re-use. */
#ifndef UNFREED_E2E_CHURN_H
#define UNFREED_E2E_CHURN_H

#include <stdbool.h>

enum churn_kind { CHURN_TCP, CHURN_UDP, CHURN_UNIX, CHURN_SOCKETPAIR, CHURN_KINDS };

bool churn_kind_of(const char *name, enum churn_kind *kind);
void churn_socket(enum churn_kind kind);

void churn_connect_begin(void);
void churn_connect(unsigned long i);
void churn_connect_end(void);

/* Files and missing names live in a directory of their own below dir. */
void churn_dir_begin(const char *dir);
void churn_file(unsigned long i);
void churn_stat(unsigned long i);
void churn_dir_end(void);

/* Runs this program again as a child, whose main must return 0 where churn_is_child() says so. */
void churn_fork(void);
bool churn_is_child(int argc, char **argv);

#endif
