// SPDX-License-Identifier: BSD-2-Clause
#include "base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace unfreed {
namespace {

TEST(Utf8, EscapesWhatIsInvalidOnly) {
    EXPECT_EQ(escape_invalid_utf8("grün € 😀"), "grün € 😀");
    EXPECT_EQ(escape_invalid_utf8("\xff"), "\\xff");
    EXPECT_EQ(escape_invalid_utf8("a\xe2\x82"), "a\\xe2\\x82");        // cut short
    EXPECT_EQ(escape_invalid_utf8("\xc0\xaf"), "\\xc0\\xaf");          // longer than needed
    EXPECT_EQ(escape_invalid_utf8("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // half of a pair
    EXPECT_EQ(escape_invalid_utf8("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); // too large
    EXPECT_EQ(escape_invalid_utf8("tab\there"), "tab\there");
}

TEST(Utf8, TerminalGetsNoControlCharacters) {
    EXPECT_EQ(escape_for_terminal("\x1b[2J\n"), "\\x1b[2J\\x0a");
    EXPECT_EQ(escape_for_terminal("\xc2\x9b"), "\\xc2\\x9b");          // control sequence in one
    EXPECT_EQ(escape_for_terminal("\xe2\x80\xae"), "\\xe2\\x80\\xae"); // right to left
    EXPECT_EQ(escape_for_terminal("grün"), "grün");
}

TEST(Utf8, TerminalGetsNothingThatCannotBeSeen) {
    for (const char* hidden :
         {"\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\x8d", "\xe2\x80\x8f",     // U+061C 200B 200D 200F
          "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x81\xa0", "\xef\xbb\xbf", // 2028 2029 2060 FEFF
          "\xf3\xa0\x81\x81", "\xef\xb8\x8f", "\xc2\xad", "\xe3\x85\xa4"}) { // tag VS16 SHY filler
        const std::string shown = escape_for_terminal(std::string("a") + hidden + "b");
        EXPECT_THAT(shown, testing::MatchesRegex("a(\\\\x[0-9a-f][0-9a-f])+b"));
        EXPECT_EQ(display_width(shown), shown.size());
    }
}

TEST(Utf8, MarksJoinWhatIsBeforeThemAndAreNoFlood) {
    const std::string acute = "\xcc\x81";
    EXPECT_EQ(escape_for_terminal("e" + acute), "e" + acute);
    EXPECT_EQ(escape_for_terminal(acute + "e"), "\\xcc\\x81e"); // would join what the report says
    std::string flood = "e";
    for (int i = 0; i < 30; ++i)
        flood += acute;
    const std::string shown = escape_for_terminal(flood);
    EXPECT_TRUE(shown.starts_with("e" + acute + acute + acute + acute + "\\xcc\\x81\\xcc"));
    EXPECT_EQ(display_width("e" + acute), 1u);
    // Other scripts need them.
    const std::string thai = "ที่นี่", hindi = "हिन्दी";
    EXPECT_EQ(escape_for_terminal(thai), thai);
    EXPECT_EQ(escape_for_terminal(hindi), hindi);
}

TEST(Utf8, WideCharactersTakeTwoColumns) {
    EXPECT_EQ(display_width("漢字"), 4u);
    EXPECT_EQ(display_width("😀"), 2u);
    EXPECT_EQ(display_width("ｆｕｌｌ"), 8u);
    EXPECT_EQ(display_width("grün €"), 6u);
    EXPECT_EQ(bytes_within("漢字", 3), 3u);
    EXPECT_EQ(bytes_within("漢字", 1), 0u);
    EXPECT_EQ(bytes_within("e\xcc\x81x", 1), 3u); // with its mark
    for (std::size_t width = 0; width <= 12; ++width)
        EXPECT_LE(display_width(cut_middle("a漢字b漢字c", width)), width);
    EXPECT_EQ(cut_middle("漢字漢字", 5), "漢…字");
    EXPECT_EQ(cut_middle("漢字e\xcc\x81", 3), "…e\xcc\x81");
}

TEST(Utf8, CutsInTheMiddle) {
    EXPECT_EQ(cut_middle("abcdefghij", 10), "abcdefghij");
    EXPECT_EQ(cut_middle("abcdefghij", 7), "abc…hij");
    EXPECT_EQ(cut_middle("abcdefghij", 6), "abc…ij");
    EXPECT_EQ(cut_middle("äöüßäöüß", 5), "äö…üß");
    EXPECT_EQ(cut_middle("ab", 1), "…");
    EXPECT_EQ(cut_middle("ab", 0), "");
}

} // namespace
} // namespace unfreed
