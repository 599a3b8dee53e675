// SPDX-License-Identifier: BSD-2-Clause
// Files of suppressions: what is read of them, and what is refused, with its place.
#include "known/suppressions.h"
#include "model/object_class.h"

#include <gmock/gmock.h>

namespace unfreed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<Suppression> parsed(std::string_view text) {
    std::vector<Suppression> rules;
    const auto result = parse_suppressions(text, "f.supp", rules);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return rules;
}

std::string refusal(std::string_view text) {
    std::vector<Suppression> rules;
    const auto result = parse_suppressions(text, "f.supp", rules);
    return result ? "it is accepted" : result.error().message;
}

TEST(Suppressions, ARuleHasAllItsKeys) {
    const auto rules = parsed("# a comment\n"
                              "\n"
                              "{ conntrack until its timeout\r\n"
                              "  class: slab, socket\n"
                              "  kind: never-*\n"
                              "  cache:nf_conntrack\n"
                              "  process: nginx, php-?\n"
                              "  process: caddy\n"
                              "  verdict: suspect,leaking\n"
                              "  fun: nf_conntrack_alloc\n"
                              "  ...\n"
                              "  obj: */libfoo.so*\n"
                              "  max: 5000 objects, 4 MiB\n"
                              "  expires: 2027-01-31\n"
                              "  reason: BUG-1234: they end\n"
                              "  reason: by themselves\n"
                              "}\n");
    ASSERT_EQ(rules.size(), 1U);
    const Suppression& rule = rules.front();
    EXPECT_EQ(rule.name, "conntrack until its timeout");
    EXPECT_EQ(rule.file, "f.supp");
    EXPECT_EQ(rule.line, 3U);
    EXPECT_THAT(rule.classes, ElementsAre("slab", "socket"));
    EXPECT_THAT(rule.kinds, ElementsAre("never-*"));
    EXPECT_THAT(rule.caches, ElementsAre("nf_conntrack"));
    EXPECT_THAT(rule.processes, ElementsAre("nginx", "php-?", "caddy"));
    EXPECT_THAT(rule.verdicts, ElementsAre("suspect", "leaking"));
    ASSERT_EQ(rule.frames.size(), 3U);
    EXPECT_EQ(rule.frames[0].of, FramePattern::Of::function);
    EXPECT_EQ(rule.frames[0].glob, "nf_conntrack_alloc");
    EXPECT_EQ(rule.frames[1].of, FramePattern::Of::any_number);
    EXPECT_EQ(rule.frames[2].of, FramePattern::Of::object);
    EXPECT_EQ(rule.frames[2].glob, "*/libfoo.so*");
    EXPECT_EQ(rule.max_objects, 5000U);
    EXPECT_EQ(rule.max_bytes, std::uint64_t{4} << 20);
    using namespace std::chrono;
    EXPECT_EQ(rule.expires, sys_days(year(2027) / 1 / 31));
    EXPECT_EQ(rule.reason, "BUG-1234: they end by themselves");
}

TEST(Suppressions, LinesOfLeakSanitizerAreRules) {
    const auto rules = parsed("leak:tcp_v6_syn_recv_sock\nleak: ^sk_alloc$\nleak:*.ko");
    ASSERT_EQ(rules.size(), 3U);
    EXPECT_EQ(rules[0].any_frame, "*tcp_v6_syn_recv_sock*");
    EXPECT_EQ(rules[1].any_frame, "sk_alloc");
    EXPECT_EQ(rules[2].any_frame, "**.ko*");
    EXPECT_EQ(rules[2].line, 3U);
}

TEST(Suppressions, AMistakeIsNamedWithItsPlace) {
    EXPECT_THAT(refusal("\nrace:foo\n"), StartsWith("f.supp:2: \"race:foo\" begins no rule"));
    EXPECT_THAT(refusal("{ a\n color: red\n}\n"), StartsWith("f.supp:2: \"color: red\" is not "
                                                             "known; write fun:"));
    EXPECT_THAT(refusal("{ a\n fun:\n}\n"), StartsWith("f.supp:2: \"fun:\" has no value"));
    EXPECT_THAT(refusal("{ a\n fun: x\n"), StartsWith("f.supp:1: the rule that begins here has no "
                                                      "end"));
    EXPECT_THAT(refusal("{ a\n class: file\n}"), HasSubstr("choose from " + class_names()));
    EXPECT_THAT(refusal("{ a\n verdict: guilty\n}"), HasSubstr("there is no verdict \"guilty\""));
    EXPECT_THAT(refusal("{ a\n class: slab,,socket\n}"), HasSubstr("empty word"));
    EXPECT_THAT(refusal("{ a\n reason: x\n}\n"), HasSubstr("would hide everything"));
    EXPECT_THAT(refusal("{ a fun: x }\n"), HasSubstr("a line of its own"));
    EXPECT_THAT(refusal("leak:\n"), HasSubstr("needs a pattern"));
    for (const char* amount : {"many", "5 apples", "-1", "4 MiB,", "99999999999 GiB"})
        EXPECT_THAT(refusal(std::string("{ a\n class: slab\n max: ") + amount + "\n}"),
                    StartsWith("f.supp:3: "))
            << amount;
    for (const char* day : {"tomorrow", "2027-02-30", "2027-1-1", "31.01.2027", "2027-13-01"})
        EXPECT_THAT(refusal(std::string("{ a\n class: slab\n expires: ") + day + "\n}"),
                    HasSubstr("is no day; write expires: 2027-01-31"))
            << day;
}

TEST(Suppressions, WhatIsSaidOfAMistakeIsSafeAndShort) {
    const std::string said = refusal("\x1b[2J" + std::string(3000, 'x'));
    EXPECT_EQ(said.find('\x1b'), said.npos);
    EXPECT_LT(said.size(), 300U);
}

TEST(Suppressions, EverythingIsBounded) {
    EXPECT_THAT(refusal(std::string(kMostSuppressionBytes + 1, '\n')), HasSubstr("more than"));
    EXPECT_THAT(refusal("leak:" + std::string(5000, 'x')), HasSubstr("f.supp:1: the line has"));
    std::string many;
    for (std::size_t i = 0; i <= kMostSuppressions; ++i)
        many += "leak:x\n";
    EXPECT_THAT(refusal(many), StartsWith("f.supp:1001: there are more than 1000 rules"));
    std::string deep = "{ a\n";
    for (int i = 0; i < 300; ++i)
        deep += "fun: x\n";
    EXPECT_THAT(refusal(deep + "}\n"), HasSubstr("the rule has more than 256 lines"));
}

} // namespace
} // namespace unfreed
