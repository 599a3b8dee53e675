// SPDX-License-Identifier: BSD-2-Clause
// Answers of the kernel over netlink.
#include "fuzz.h"
#include "sock_diag/sock_diag.h"

FUZZ(sock_diag, input) {
    (void)unfreed::diag_cookie(unfreed::fuzz::bytes(input));
}
