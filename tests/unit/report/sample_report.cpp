// SPDX-License-Identifier: BSD-2-Clause
#include "sample_report.h"

namespace unfreed::testing {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

Frame kernel(const char* function, std::uint64_t offset, const char* module = "vmlinux") {
    Frame frame;
    frame.function = function;
    frame.offset = offset;
    frame.module = module;
    frame.address = 0xffffffff81000000 + offset;
    return frame;
}

Frame user(const char* function, std::uint64_t offset, const char* module) {
    Frame frame = kernel(function, offset, module);
    frame.address = 0x55d000000000 + offset;
    return frame;
}

Group socket_group() {
    Group group;
    group.id = "3f2a91c0d4e7";
    group.object_class = ObjectClass::socket;
    group.cache = "TCP";
    group.kind = "never-closed";
    group.socket = "TCP";
    group.verdict = Verdict::leaking;
    group.attention = Attention::leaking;
    group.evidence = "1 000 born, 0 freed in 1m 00s, straight line r²=0.99";
    group.advice = "close the socket on the error path of open_connection()";
    group.confidence = 0.97;
    group.facts.window_ns = 61 * kSecond;
    group.facts.gates = GateFacts{.age_ns = 7 * kSecond,
                                  .survivors = 880,
                                  .exposure_s = 24'000,
                                  .cells = 8,
                                  .cells_met = 8,
                                  .largest_cell = 0.13,
                                  .last_third = 291,
                                  .steady = true,
                                  .p_out = 1,
                                  .p_now = 1,
                                  .p_grow = 0.97,
                                  .confidence = 0.97};
    group.facts.objects_per_hour = 58'667;
    group.count = 1000;
    group.released_at_exit = 993;
    group.bytes = 1'700'000;
    group.births = 1000;
    group.growth_per_s = 16.66;
    group.history = {0, 333, 667, 1000};
    group.lifetimes = {{kSecond, 20'000, 0}, {2 * kSecond, 31, 0}, {4 * kSecond, 0, 12}};
    group.age_ns = Ages{3 * kSecond, 31 * kSecond, 61 * kSecond};
    group.processes = {{4242, "tcp_leaker", "/usr/local/bin/tcp_leaker",
                        "/system.slice/leaker.service", "3f8a2c", false, 1000}};
    group.kernel_stack = {kernel("kmem_cache_alloc_noprof", 0x1f3),
                          kernel("sk_prot_alloc", 0x5e),
                          kernel("sk_alloc", 0x2c),
                          kernel("inet_create", 0xd1),
                          kernel("__sock_create", 0x105),
                          kernel("__sys_socket", 0x7a),
                          kernel("__x64_sys_socket", 0x17),
                          kernel("do_syscall_64", 0x82),
                          kernel("entry_SYSCALL_64_after_hwframe", 0x76)};
    Frame inlined = user("open_connection", 0x41, "/usr/local/bin/tcp_leaker");
    inlined.file = "/src/leaker/connection.cpp";
    inlined.line = 118;
    inlined.inlined = true;
    Frame nameless = user("", 0x1149, "/usr/local/bin/tcp_leaker");
    group.user_stack = {
        user("__socket", 0x9, "/usr/lib/x86_64-linux-gnu/libc.so.6"), inlined,
        user("std::vector<std::unique_ptr<net::Connection>, std::allocator<std::unique_ptr<"
             "net::Connection>>>::emplace_back(std::unique_ptr<net::Connection>&&)",
             0x83, "/usr/local/bin/tcp_leaker"),
        nameless};
    group.missing_stage = "released";
    group.objects = {{0xffff888103a5c000,
                      61 * kSecond,
                      {{"fd_installed", 61 * kSecond}, {"accepted", std::nullopt}},
                      {{"local", "127.0.0.1:43210"}, {"state", "CLOSE_WAIT"}},
                      {}}};
    group.holders = {{812, "worker", 40, {"fd"}, {3, 4, 7}}, {813, "", 1, {"cwd", "fd"}, {9}}};
    group.held = 41;
    return group;
}

Group dentry_group() {
    Group group;
    group.id = "00b7c2d91a44";
    group.object_class = ObjectClass::dentry;
    group.cache = "dentry";
    group.kind = "negative-flood";
    group.verdict = Verdict::cached;
    group.attention = Attention::look;
    group.count = 10'012;
    group.bytes = 10'012 * 192;
    group.object_bytes = 192;
    group.births = 12'500;
    group.deaths = 2'488;
    group.growth_per_s = 0.03;
    group.age_ns = Ages{5'400'000'000, 6'000'000'000, 3'725 * kSecond};
    for (std::uint32_t i = 0; i < 7; ++i)
        group.processes.push_back({100 + i, "nginx", "/usr/sbin/nginx", "/", "", true, 2000 - i});
    group.stack_quality = "inferred";
    group.stack_checks = {12, 160, 3};
    group.kernel_stack = {kernel("__d_alloc", 0x31), kernel("d_alloc_parallel", 0x55)};
    for (int i = 0; i < 30; ++i)
        group.kernel_stack.push_back(kernel("ovl_lookup", 0x100, "overlay"));
    group.pattern = "*.tmp";
    group.directory = "/var/cache/thumbs";
    group.file_system = "ext4";
    group.device = "8:1";
    group.reclaimable = true;
    group.reclaim = Reclaim{10'000, 12};
    return group;
}

// Nearly nothing is known, and what is known wants to break the terminal.
Group unknown_group() {
    Group group;
    group.id = "ffffffffffff";
    group.cache = "kmalloc-\x80";
    group.count = 1;
    group.estimated = true;
    group.births = 1;
    group.context = "softirq";
    group.stack_quality = "unknown";
    Frame unknown;
    unknown.address = 0xffffffffc0de1234;
    group.user_stack = {unknown};
    return group;
}

// Frees of its objects give no event: in JSON only.
Group hidden_group() {
    Group group;
    group.id = "eeeeeeeeeeee";
    group.cache = "maple_node";
    group.count = 4711;
    group.births = 9000;
    group.judged = false;
    return group;
}

Group pending_group() {
    Group group;
    group.id = "dddddddddddd";
    group.cache = "kmalloc-64";
    group.verdict = Verdict::rcu_pending;
    group.evidence = "freed by its user; the memory waits for an RCU grace period";
    group.count = 5000;
    group.bytes = 5000 * 64;
    group.births = 90'000;
    group.deaths = 85'000;
    group.age_ns = Ages{3 * kSecond, 11 * kSecond, 25 * kSecond};
    group.processes = {{4711, "router", "/usr/sbin/router", "/", "", true, 5000}};
    group.kernel_stack = {kernel("__kmalloc_noprof", 0x1f3), kernel("fib_create_info", 0x5e)};
    GivenUp& by = group.given_up_by.emplace();
    by.pid = 4712;
    by.comm = "r\x1b[2J";
    by.kernel_stack = {kernel("kvfree_call_rcu", 0x5), kernel("fib_release_info", 0xa1)};
    for (int i = 0; i < 7; ++i)
        by.kernel_stack.push_back(kernel("fib_table_delete", 0x200, "fib"));
    return group;
}

// Bytes of a path that must not reach a terminal as they are.
SocketSection older_sockets() {
    SocketGroup hoard;
    hoard.name = "TCP";
    hoard.remotes = {{"10.0.0.9:51000", 1100}, {"10.0.0.8:51000", 60}, {"10.0.0.7:51000", 30}};
    hoard.remotes_omitted = 4;
    hoard.family = "inet";
    hoard.type = "tcp";
    hoard.state = "ESTAB";
    hoard.count = 1200;
    hoard.memory_bytes = 3ULL << 30;
    hoard.processes = {{77, "nginx", "/usr/sbin/nginx", "/", "", true, 700},
                       {78, "nginx", "/usr/sbin/nginx", "/", "", true, 500}};
    hoard.kind = "buffer-hog";
    hoard.evidence = "1200 alive; 3072 MiB in send queues that the peer has not taken";
    hoard.advice = "Read what has come, or look why the peer does not read.";
    hoard.holders = {{77, "nginx", 700, {"fd"}, {12, 13}}, {78, "nginx", 500, {"fd"}, {12}}};
    hoard.held = 1200;
    hoard.sockets = {{0xffff888003333000,
                      9,
                      "buffer-hog",
                      6 << 20,
                      {{"local", "10.0.0.1:80"}, {"remote", "10.0.0.9:51000"}, {"inode", "4711"}},
                      {{77, "nginx", 1, {"fd"}, {12}}}}};
    SocketGroup orphan;
    orphan.family = "unix";
    orphan.type = "dgram";
    orphan.state = "UNCONN";
    orphan.standing = "closed, and still referenced";
    orphan.count = 1;
    orphan.kind = "closed-still-alive";
    orphan.missing_stage = "destroyed";
    orphan.evidence = "1 alive; the other end is that of x\x1b[2J[3]";
    orphan.sockets = {
        {0xffff888004444000, 0, "closed-still-alive", 0, {{"path", "/run/x\x1b[2J"}}, {}}};
    return {1234, 3ULL << 30, {hoard, orphan}, 2};
}

MemoryChange memory_of_a_host() {
    constexpr std::uint64_t kMiB = 1 << 20;
    MemoryChange change;
    change.start = {
        8192 * kMiB, {{"free", 4000 * kMiB}, {"slab", 500 * kMiB}}, std::int64_t{3692} << 20};
    change.end = {8192 * kMiB, {{"free", 3900 * kMiB}, {"slab", 502 * kMiB}}, 0};
    change.end.unaccounted_bytes = change.start.unaccounted_bytes + 98 * std::int64_t{kMiB};
    return change;
}

TcpReport tcp_under_pressure() {
    TcpReport tcp;
    tcp.aborted_on_memory = 12;
    tcp.memory_pressures = 1;
    tcp.orphans = {3, 4711};
    tcp.max_orphans = 16'384;
    tcp.memory_bytes = {12 << 20, 1ULL << 30};
    tcp.memory_limits_bytes = {{1ULL << 29, 1ULL << 30, 3ULL << 29}};
    return tcp;
}

void fill_environment(Report& report) {
    report.tool = {"0.1.0", "g++ 12.2"};
    report.host = {"web-03", "6.12.0-amd64", "x86_64", "0b0f2d5e-6f4e-4b8e-9c50-3d2f1f0c7f11"};
    report.trace.started_at = "2026-03-01T03:04:05Z";
    report.trace.duration_ns = 61 * kSecond;
    report.trace.classes = {"socket", "dentry", "slab"};
    report.trace.min_age_ns = 2 * kSecond;
    report.trace.history_ns = {kSecond, 21 * kSecond, 41 * kSecond, 61 * kSecond};
}

} // namespace

Report sample_report() {
    Report report;
    fill_environment(report);
    report.trace.mode = "run";
    report.trace.targets = {4242};
    report.trace.command = {"./tcp_leaker", "--count", "1000", "--name", "a b\x1b[2J\xff"};
    report.trace.command_status = 1 << 8;
    report.trace.sample = {4, 1, 12'000'000'000, 11};
    report.complete = false;
    report.losses = {
        {"unknown_deaths", 1203, Severity::info,
         "frees of objects that were not followed: born before attach, filtered, or sampled out"},
        {"objects_not_tracked", 12'345, Severity::data_loss,
         "objects could not be followed because the object table was full; raise --max-objects"},
        {"malformed_records", 0, Severity::error, "records could not be decoded"}};
    report.hooks = {{"slab", "birth", "kmem_cache_alloc", "raw_tp", "", EventsLost{3, true}},
                    {"dentry", "death", "dentry_free", "none", "the compiler inlined it"}};
    report.coverage = {{"dentry", "dentry", 10'012, 10'015, 0.9997, true, "", 0, 1164, true},
                       {"maple_node", "slab", -3, std::nullopt, std::nullopt, false,
                        "frees hidden here", 44'613, 784, true},
                       {"filp", "slab", 7, 7, 1.0, true, "", 0, 1076, false}};
    report.not_judged = {{"maple_node", 4711}, {"eventpoll_epi\x1b[2J", 12}};
    report.notes = {
        "Bulk frees are invisible to tracepoints: caches that use them (skbuff_head_cache, "
        "maple_node) are not reliable."};
    report.totals = {123'456, 112'443, 11'013, 1203, 2};
    report.dentries = DentryOverview{
        {561'607, 560'009, 473'685, 107'828'544, 30'000'000, 200'000'000, 140'000'000},
        {10'012, 10'012, 10'012, 0, 10'012 * 192}};
    report.reclaim =
        ReclaimReport{{10'000, 12},
                      1,
                      report.dentries->kernel,
                      {1'607, 9, 0, std::nullopt, std::nullopt, std::nullopt, std::nullopt},
                      561'700,
                      std::nullopt};
    report.groups = {socket_group(), dentry_group(), unknown_group(), hidden_group(),
                     pending_group()};
    report.groups_omitted = 4;
    report.young_objects = 37;
    report.pre_attach_sockets = older_sockets();
    report.hidden_sockets = {1, 0, {older_sockets().groups[1]}, 0};
    report.tcp = tcp_under_pressure();
    report.memory = memory_of_a_host();
    return report;
}

Report clean_report() {
    Report report;
    fill_environment(report);
    report.losses = {{"unknown_deaths", 0, Severity::info, "frees of objects not followed"}};
    report.totals = {12'345, 12'345, 0, 0, 0};
    return report;
}

} // namespace unfreed::testing
