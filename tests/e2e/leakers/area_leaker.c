/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N areas of kernel addresses, by --kind: `map`, BPF maps of one value of --bytes B (40000);
 * `ring`, packet sockets with a receive ring of one block, too large for anything but vmalloc(). */
#include "bpfmap.h"
#include "testprog.h"

#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#define RING_BYTES (8u << 20)

static const char *kind = "map";
static const char *bytes_text = "40000";

static int make_map(void)
{
	return bpfmap_make(BPF_MAP_TYPE_ARRAY, testprog_number(bytes_text, "--bytes"), 1);
}

/* Without a protocol it receives nothing. */
static int make_ring(void)
{
	const struct tpacket_req ring = {
		.tp_block_size = RING_BYTES,
		.tp_block_nr = 1,
		.tp_frame_size = 2048,
		.tp_frame_nr = RING_BYTES / 2048,
	};
	int fd = testprog_check(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket");

	testprog_check(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)),
		       "setsockopt");
	return fd;
}

static TESTPROG_FN int make_area(void)
{
	return strcmp(kind, "ring") ? make_map() : make_ring();
}

static TESTPROG_FN void leak_area(unsigned long i)
{
	(void)i;
	make_area();
}

static TESTPROG_FN void use_area(unsigned long i)
{
	(void)i;
	testprog_close(make_area());
}

static void begin(void)
{
	if (strcmp(kind, "map") && strcmp(kind, "ring"))
		testprog_die("--kind is map or ring, not %s", kind);
	bpfmap_begin();
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "kind", .value = &kind}, {.name = "bytes", .value = &bytes_text}, {0}};
	static const struct testprog prog = {
		.what = "area",
		.positional = "N",
		.options = options,
		.fds_each = 1,
		.begin = begin,
		.leak = leak_area,
		.use = use_area,
	};

	return testprog_main(&prog, argc, argv);
}
