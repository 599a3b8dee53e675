// SPDX-License-Identifier: BSD-2-Clause
// The words of the text report: what a value means, said to somebody who is in a hurry. All results
// are safe for a terminal.
#pragma once

#include "model/report.h"
#include "report/page.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed {

// "1 000"; of an estimate "≈ 6 400 (5 900–6 900)".
std::string count_phrase(const Group& group);
// What a reader must know of a trace that did not follow every object.
std::string sample_phrase(const SampleReport& sample);
// "1 000 sockets (TCP)", "1 dentry", "12 kmalloc-64 objects"
std::string objects_phrase(const Group& group);
// "socket TCP", "dentry", "kmalloc-64": what it is, for a table.
std::string what_phrase(const Group& group);
// "never freed", "freed only by the exit", "kept as cache" ...
std::string fate_phrase(const Group& group);
// "never closed, peer gone": what became of sockets of this kind; empty: nothing to say.
std::string_view kind_phrase(std::string_view kind);
// Kinds of sockets in which none should stay; those that are as they should be say nothing.
bool is_telling_kind(std::string_view kind);
// "250 TCP sockets by tcp_leaker[12], +5.0/s, 47 MiB an hour": a group in half a sentence.
std::string leak_phrase(const Group& group);
// What a row of a table is there for, in a word: "leaking", "look", "at exit".
std::string verdict_word(const Group& group);
// Bytes that come and stay in an hour; nullopt: they do not, or nobody knows.
std::optional<double> bytes_per_hour(const Group& group);
// Of all that a thing is made of; of other groups without what comes with them. nullopt: a size is
// not known.
std::optional<std::uint64_t> bytes_of_all(const Group& group);
// "47 MiB"; "-" for nullopt.
std::string per_hour_phrase(const Group& group);
// "nginx[12] +3"; the context, as "(softirq)", if no process is known.
std::string process_phrase(const Group& group);
// Why the group is believed: its evidence, else what was counted.
std::string evidence_phrase(const Group& group, std::uint64_t traced_ns);
// What exit released of the group; empty if nothing.
std::string exit_phrase(const Group& group);
// "the last file descriptor was never closed"; the stage's name if there is no better sentence.
// "/var/tmp (ext4 254:0), reclaimable"; empty: nothing is known.
std::string where_phrase(const Group& group);

std::string missing_stage_phrase(std::string_view stage);
// A wait() status: "exited with status 1", "was killed by signal 9".
std::string wait_status_phrase(std::uint32_t status);
// "data lost", "less detail" ...
std::string_view severity_phrase(Severity severity);
// Arguments with blanks get quotes.
std::string command_phrase(const std::vector<std::string>& command);

Ink verdict_ink(Verdict verdict);

} // namespace unfreed
