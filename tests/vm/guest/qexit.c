/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * End QEMU from inside the guest, at once: through its isa-debug-exit device, without a shutdown of
 * the kernel, which a test may have left in a state that cannot shut down. No sync() for the same
 * reason: it can hang.
 */
#include <stdlib.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

enum { EXIT_PORT = 0xf4 }; /* as in qemu.py */

int main(int argc, char** argv) {
    int status = argc > 1 ? atoi(argv[1]) : 0;

    tcdrain(STDOUT_FILENO); /* the last line has to leave the serial port first */
    if (iopl(3) == 0)
        outb((unsigned char)status, EXIT_PORT);
    reboot(RB_POWER_OFF); /* no such device: the slow way */
    return 1;
}
