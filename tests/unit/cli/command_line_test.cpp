// SPDX-License-Identifier: BSD-2-Clause
#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ParsedCommandLine parse(std::vector<const char*> words) {
    words.insert(words.begin(), "unfreed");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, MeansTraceWithoutACommand) {
    const auto parsed = parse({"-p", "42", "--class", "dentry,slab"});
    ASSERT_TRUE(parsed.options) << parsed.text;
    EXPECT_EQ(parsed.options->command, Command::trace);
    EXPECT_EQ(parsed.options->pid, 42U);
    EXPECT_THAT(parsed.options->classes, ElementsAre(ObjectClass::dentry, ObjectClass::slab));
    EXPECT_TRUE(parsed.options->classes_asked);
    ASSERT_EQ(parsed.options->outputs.size(), 1U);
    EXPECT_EQ(parsed.options->outputs[0].writer->name, "text");
}

TEST(CommandLine, SaysWhoseExitStatusARunHas) {
    EXPECT_FALSE(parse({"run", "--", "true"}).options->exit_with_command);
    EXPECT_FALSE(parse({"run", "--exit-with", "report", "--", "true"}).options->exit_with_command);
    EXPECT_TRUE(parse({"run", "--exit-with", "command", "--", "true"}).options->exit_with_command);
    EXPECT_EQ(parse({"run", "--exit-with", "me", "--", "true"}).exit_code, 2);
    EXPECT_EQ(parse({"trace", "--exit-with", "command"}).exit_code, 2);
}

TEST(CommandLine, RepeatsACommand) {
    const auto once = parse({"run", "--", "true"});
    EXPECT_EQ(once.options->repeat, 0U);
    const auto parsed = parse({"run", "--repeat", "17", "--warmup", "3", "--", "true"});
    ASSERT_TRUE(parsed.options) << parsed.text;
    EXPECT_EQ(parsed.options->repeat, 17U);
    EXPECT_EQ(parsed.options->warmup, 3U);
    EXPECT_TRUE(parse({"run", "--repeat", "997", "--warmup", "3", "--", "true"}).options);
    EXPECT_TRUE(parse({"run", "--repeat", "2", "--warmup", "0", "--", "true"}).options);
}

TEST(CommandLine, SaysWhatIsWrongWithRepeats) {
    const auto refused = [](std::vector<const char*> words) {
        words.insert(words.begin(), "run");
        words.insert(words.end(), {"--", "true"});
        const auto parsed = parse(words);
        EXPECT_EQ(parsed.exit_code, 2);
        return parsed.text;
    };
    EXPECT_THAT(refused({"--warmup", "3"}), HasSubstr("--warmup needs --repeat"));
    for (const char* word : {"0", "-3", "many", "1.5"})
        EXPECT_THAT(refused({"--repeat", word}), HasSubstr("must be a number, 1 or more")) << word;
    EXPECT_THAT(refused({"--repeat", "2", "--warmup", "-1"}), HasSubstr("0 or more"));
    EXPECT_THAT(refused({"--repeat", "998", "--warmup", "3"}), HasSubstr("1000 runs are the most"));
    EXPECT_THAT(refused({"--repeat", "4294967295", "--warmup", "2"}), HasSubstr("are the most"));
    EXPECT_THAT(refused({"--repeat", "99999999999"}), HasSubstr("--repeat"));
    EXPECT_EQ(parse({"trace", "--repeat", "3"}).exit_code, 2);
}

TEST(CommandLine, KnowsEveryWriter) {
    const std::string help = parse({"trace", "--help"}).text;
    for (const Writer* writer : all_writers()) {
        const std::string name(writer->name);
        EXPECT_THAT(help, HasSubstr(name + ": " + std::string(writer->help)));
        const auto parsed = parse({"trace", "--format", name.c_str()});
        ASSERT_TRUE(parsed.options) << parsed.text;
        EXPECT_EQ(parsed.options->outputs.at(0).writer, writer);
        EXPECT_THAT(parse({"trace", "--format", "xml"}).text, HasSubstr(name));
    }
}

std::vector<std::string> outputs_of(const ParsedCommandLine& parsed) {
    std::vector<std::string> outputs;
    if (parsed.options)
        for (const OutputChoice& choice : parsed.options->outputs)
            outputs.push_back(std::string(choice.writer->name) + " to " + choice.path);
    return outputs;
}

TEST(CommandLine, OneTraceManyReports) {
    EXPECT_THAT(outputs_of(parse({"run", "-o", "r.txt", "-o", "folded=s", "--format", "json", "--",
                                  "prog", "-o", "x"})),
                ElementsAre("json to r.txt", "folded to s"));
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "speedscope=a", "-o", "text=-"})),
                ElementsAre("speedscope to a", "text to -"));
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "a.b/leak.html", "-o", "x.json", "-o", "r.txt"})),
                ElementsAre("html to a.b/leak.html", "json to x.json", "text to r.txt"));
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "text=leak.html"})),
                ElementsAre("text to leak.html"));
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "leak.html", "--format", "json"})),
                ElementsAre("json to leak.html"));
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "html", "-o", "html.", "-o", "d.html/x"})),
                ElementsAre("text to html", "text to html.", "text to d.html/x"));
    // A file may be called so.
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "size=3"})), ElementsAre("text to size=3"));
    EXPECT_THAT(outputs_of(parse({"trace", "-o", "./json=3"})), ElementsAre("text to ./json=3"));
    EXPECT_EQ(parse({"trace", "-o", "a", "-o", "json=a"}).exit_code, 2);
    EXPECT_EQ(parse({"trace", "-o", "-", "-o", "json="}).exit_code, 2);
}

TEST(CommandLine, RulesOfWhatIsKnown) {
    for (const char* command : {"run", "report"}) {
        const auto parsed = parse({command, "--suppressions", "a", "--suppressions", "b", "FILE"});
        ASSERT_TRUE(parsed.options) << parsed.text;
        EXPECT_THAT(parsed.options->known.suppressions, ElementsAre("a", "b"));
        EXPECT_TRUE(wants_every_group(*parsed.options)) << "hidden rows must leave room for others";
    }
    EXPECT_THAT(outputs_of(parse({"trace", "--gen-suppressions", "f"})),
                ElementsAre("suppressions to f", "text to "));
    EXPECT_THAT(outputs_of(parse({"trace", "--gen-suppressions", "-"})),
                ElementsAre("suppressions to -"));
    EXPECT_THAT(outputs_of(parse({"trace", "--gen-suppressions", "-", "-o", "json=f"})),
                ElementsAre("json to f", "suppressions to -"));
    EXPECT_TRUE(wants_every_group(*parse({"trace", "--baseline", "f"}).options));
    EXPECT_EQ(parse({"trace", "--suppressions", ""}).exit_code, 2);
    EXPECT_EQ(parse({"doctor", "--suppressions", "a"}).exit_code, 2);
}

TEST(CommandLine, DiffTakesTwoReports) {
    const auto parsed = parse({"diff", "a", "b", "--format", "json", "-o", "f"});
    ASSERT_TRUE(parsed.options) << parsed.text;
    EXPECT_EQ(parsed.options->command, Command::diff);
    EXPECT_THAT(parsed.options->compared, ElementsAre("a", "b"));
    EXPECT_THAT(outputs_of(parsed), ElementsAre("json to f"));
    EXPECT_EQ(parse({"diff", "a"}).exit_code, 2);
    EXPECT_EQ(parse({"diff", "a", "b", "c"}).exit_code, 2);
    EXPECT_EQ(parse({"diff", "a", "b", "--format", "folded"}).exit_code, 2);
}

TEST(CommandLine, WhatTheReportsNeed) {
    const auto both = parse({"trace", "-o", "a", "-o", "folded=b"});
    ASSERT_TRUE(both.options);
    EXPECT_TRUE(wants_every_group(*both.options));
    EXPECT_TRUE(lists_objects(*both.options));
    EXPECT_FALSE(lists_objects(*parse({"trace", "-o", "folded=b"}).options));
    EXPECT_FALSE(wants_every_group(*parse({"trace"}).options));
    const auto page = parse({"trace", "-o", "leak.html"});
    ASSERT_TRUE(page.options);
    EXPECT_TRUE(wants_every_group(*page.options));
    EXPECT_TRUE(lists_objects(*page.options));
}

TEST(CommandLine, DoctorTakesOnlyWhatItUses) {
    EXPECT_TRUE(parse({"doctor", "--class", "socket", "--max-objects", "5000", "--ring-size", "64",
                       "--without", "lsm", "-o", "file", "-q"})
                    .options);
    const std::vector<std::vector<const char*>> all_refused{
        {"--duration", "5s"}, {"--top", "3"},      {"--objects", "1"},    {"--probe-reclaim"},
        {"--format", "json"}, {"--sample", "1/2"}, {"-o", "a", "-o", "b"}};
    for (std::vector<const char*> refused : all_refused) {
        refused.insert(refused.begin(), "doctor");
        const auto parsed = parse(refused);
        EXPECT_FALSE(parsed.options) << refused[1];
        EXPECT_EQ(parsed.exit_code, 2);
    }
}

TEST(CommandLine, AShortTraceReportsWhatIsYoung) {
    EXPECT_EQ(parse({"trace", "--duration", "5s"}).options->min_age,
              std::chrono::milliseconds(2500));
    EXPECT_EQ(parse({"trace", "--duration", "5s", "--min-age", "4s"}).options->min_age,
              std::chrono::seconds(4));
    EXPECT_EQ(parse({"trace", "--duration", "5m"}).options->min_age, std::chrono::seconds(10));
}

} // namespace
} // namespace unfreed::cli
