/* SPDX-License-Identifier: BSD-2-Clause */
#include "veth.h"

#include "testprog.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[256];
};

static void *end_of(struct request *request)
{
	return (char *)request + NLMSG_ALIGN(request->header.nlmsg_len);
}

static struct rtattr *add(struct request *request, int type, const void *data, size_t size)
{
	struct rtattr *attribute = end_of(request);

	attribute->rta_type = (unsigned short)type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len =
		NLMSG_ALIGN(request->header.nlmsg_len) + (unsigned int)RTA_ALIGN(RTA_LENGTH(size));
	return attribute;
}

static void close_nest(struct request *request, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((char *)end_of(request) - (char *)nest);
}

const char *veth_create(pid_t peer)
{
	const struct ifinfomsg peer_info = {.ifi_family = AF_UNSPEC};
	struct request request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			   .nlmsg_type = RTM_NEWLINK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} reply;
	struct rtattr *link, *data, *end;
	int fd = testprog_check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
				"netlink");
	ssize_t got;

	add(&request, IFLA_IFNAME, "uf0", 4);
	link = add(&request, IFLA_LINKINFO, NULL, 0);
	add(&request, IFLA_INFO_KIND, "veth", 4);
	data = add(&request, IFLA_INFO_DATA, NULL, 0);
	end = add(&request, VETH_INFO_PEER, &peer_info, sizeof(peer_info));
	add(&request, IFLA_IFNAME, "uf1", 4);
	add(&request, IFLA_NET_NS_PID, &peer, sizeof(peer));
	close_nest(&request, end);
	close_nest(&request, data);
	close_nest(&request, link);
	testprog_check((int)send(fd, &request, request.header.nlmsg_len, 0), "send by netlink");
	got = recv(fd, &reply, sizeof(reply), 0);
	testprog_close(fd);
	if (got < (ssize_t)(sizeof(reply.header) + sizeof(reply.error)))
		return "no answer";
	return reply.error.error ? strerror(-reply.error.error) : NULL;
}

void veth_up(const char *name, unsigned int address)
{
	int fd = testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	struct ethtool_value gro = {.cmd = ETHTOOL_SGRO, .data = 1};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct ifreq request = {0};

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	in.sin_addr.s_addr = htonl(address);
	memcpy(&request.ifr_addr, &in, sizeof(in));
	testprog_check(ioctl(fd, SIOCSIFADDR, &request), "address of a veth device");
	request.ifr_data = (char *)&gro;
	testprog_check(ioctl(fd, SIOCETHTOOL, &request), "GRO of a veth device");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	testprog_check(ioctl(fd, SIOCSIFFLAGS, &request), "setting a veth device up");
	testprog_close(fd);
}
