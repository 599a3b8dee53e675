// SPDX-License-Identifier: BSD-2-Clause
// Writes reports as pages into a folder: a plain one, one whose every name is an attack, and one of
// 20 000 groups.
#include "report/writer.h"
#include "sample_report.h"

#include <fstream>
#include <string>

namespace unfreed::testing {
namespace {

// Markup, script, ends of what a page could have put around it, and letters that hide or turn text.
constexpr const char* kAttack = "</script><script>document.title='owned'</script><!--"
                                "<img src=x onerror=\"document.title='owned'\">&lt;b&gt;]]>"
                                "'\"`${document.title='owned'}\\u003cscript\u2028\u2029\u202e"
                                "dlrow\u200b\u0301\u0301\u0301\u0301\x1b[2J\xff\n\t";

void attack(std::vector<Frame>& stack) {
    for (Frame& frame : stack) {
        frame.function = kAttack;
        frame.module = frame.file = std::string("/") + kAttack;
    }
}

void attack(std::vector<ReportProcess>& processes) {
    for (ReportProcess& process : processes)
        process.comm = process.exe = process.cgroup = process.container = kAttack;
}

void attack(std::vector<ReportHolder>& holders) {
    for (ReportHolder& holder : holders)
        holder.comm = kAttack;
}

void attack(Group& group) {
    group.cache = group.socket = group.kind = group.evidence = group.advice = kAttack;
    group.merged_caches = {kAttack, kAttack};
    group.facts.sentence = group.facts.structure_reason = group.context = kAttack;
    group.missing_stage = group.pattern = group.directory = group.file_system = kAttack;
    group.device = kAttack;
    group.companions = {{ObjectClass::slab, kAttack, 3, 4}};
    attack(group.kernel_stack);
    attack(group.user_stack);
    attack(group.processes);
    attack(group.holders);
    if (group.given_up_by)
        attack(group.given_up_by->kernel_stack);
    for (ReportObject& object : group.objects)
        object.details[kAttack] = kAttack;
}

void attack(SocketSection& section) {
    for (SocketGroup& group : section.groups) {
        group.name = group.family = group.type = group.state = group.standing = kAttack;
        group.evidence = group.advice = kAttack;
        group.remotes = {{kAttack, 1}};
        attack(group.processes);
        attack(group.holders);
    }
}

Report hostile_report() {
    Report report = sample_report();
    report.tool.version = report.tool.build = kAttack;
    report.host = {kAttack, kAttack, kAttack, kAttack};
    report.trace.started_at = kAttack;
    report.trace.command = {kAttack, kAttack};
    report.notes = {kAttack};
    report.not_judged = {{kAttack, 1}};
    for (Loss& loss : report.losses)
        loss.counter = loss.meaning = kAttack;
    for (HookReport& hook : report.hooks)
        hook.function = hook.reason = kAttack;
    for (Coverage& row : report.coverage)
        row.cache = row.reason = kAttack;
    report.alive_sums = {{kAttack, 1, 2, 3, {{kAttack, kAttack, 2}}}};
    for (Group& group : report.groups)
        attack(group);
    attack(*report.pre_attach_sockets);
    attack(*report.hidden_sockets);
    return report;
}

// Stacks that differ near their ends, as those of a busy host do.
Report large_report() {
    Report report = sample_report();
    const Group leak = report.groups[0];
    for (std::uint32_t i = 0; report.groups.size() < 20'000; ++i) {
        Group group = leak;
        group.id = "large-" + std::to_string(i);
        group.attention = Attention::none;
        group.verdict = Verdict::live;
        group.count = i % 997;
        group.bytes = std::uint64_t{i} * 7919 % 1'000'003;
        group.processes[0].comm = "worker-" + std::to_string(i % 50);
        group.user_stack[1].function = "caller_" + std::to_string(i % 400);
        group.kernel_stack[1].function = "maker_" + std::to_string(i % 2000);
        group.history.assign(64, i % 100);
        report.groups.push_back(std::move(group));
    }
    report.trace.history_ns.clear();
    for (std::uint64_t second = 0; second < 64; ++second)
        report.trace.history_ns.push_back(second * 1'000'000'000);
    return report;
}

bool save(const std::string& path, const Report& report) {
    std::ofstream file(path, std::ios::binary);
    file << find_writer("html")->write(report, {});
    return static_cast<bool>(file.flush());
}

} // namespace
} // namespace unfreed::testing

int main(int argc, char** argv) {
    using namespace unfreed::testing;
    const std::string folder = argc == 2 ? argv[1] : ".";
    return save(folder + "/sample.html", sample_report()) &&
                   save(folder + "/clean.html", clean_report()) &&
                   save(folder + "/hostile.html", hostile_report()) &&
                   save(folder + "/large.html", large_report())
               ? 0
               : 1;
}
