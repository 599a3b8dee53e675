// SPDX-License-Identifier: BSD-2-Clause
#include "names/messages.h"
#include "names/namer.h"
#include "names/opener.h"
#include "names/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace unfreed::names {
namespace {

StackQuestion some_question() {
    StackQuestion question{{42, {5, 6}}, true, {1, 2, 3}, UserStackCopy{}, {7, 8}};
    question.copy->tgid = 42;
    question.copy->registers = {5, 6};
    question.copy->bytes.resize(100);
    return question;
}

std::vector<std::string> every_message() {
    StackAnswer stack{true, 2, "a+1 b+2", {9, 10}, true, "c+3", {1, 2, 3}};
    NameAnswer name;
    name.is_known = true;
    name.frames.emplace_back().function = "main";
    name.frames.back().module = "/bin/x";
    return {encode(Kind::exec, {{1, {2, 3}}, 4, {}}),
            encode(Kind::seen, {{1, {}}, 0, {2, 3}}),
            encode_avoid({{1, 2}, 0}),
            encode(some_question()),
            encode(stack),
            encode(NameQuestion{{3, {5, 6}}, true, {4}}),
            encode(name),
            encode_maps_question(1),
            encode(FileQuestion{1, 2, true, 3, 4, 5, 6, "/x", true}),
            encode(MapsAnswer{OpenStatus::ok, 5, 6, true, false, "text"})};
}

void decode_all(std::string_view message) {
    decode_note(message);
    decode_avoid(message);
    decode_question(message);
    decode_answer(message);
    decode_name_question(message);
    decode_name_answer(message);
    decode_maps_answer(message);
    decode_file_answer(message);
}

TEST(Messages, ComeBackAsTheyWere) {
    const auto question = decode_question(encode(some_question()));
    ASSERT_TRUE(question);
    EXPECT_EQ(question->program, (Program{42, {5, 6}}));
    EXPECT_TRUE(question->is_over);
    EXPECT_EQ(question->stack, (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_EQ(question->unwound, (std::vector<std::uint64_t>{7, 8}));
    ASSERT_TRUE(question->copy);
    EXPECT_EQ(question->copy->bytes.size(), 100u);
    const auto answer = decode_answer(encode(StackAnswer{true, 2, "k", {9}, true, "u", {1, 2, 3}}));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_known);
    EXPECT_EQ(answer->unwound_key, "u");
    EXPECT_EQ(answer->refusals, (Refusals{1, 2, 3}));
}

TEST(Messages, CutAnywhereAreNone) {
    for (const std::string& message : every_message())
        for (std::size_t length = 0; length < message.size(); ++length) {
            const std::string_view cut = std::string_view(message).substr(0, length);
            decode_all(cut);
            EXPECT_FALSE(decode_answer(cut));
            EXPECT_FALSE(decode_name_answer(cut));
        }
}

// Every length is a lie somewhere here; the sanitizers of the asan tier look on.
TEST(Messages, GarbageIsHarmless) {
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        const auto all = every_message();
        std::string message = all[random() % all.size()];
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
            message[random() % message.size()] = static_cast<char>(random());
        decode_all(message);
    }
}

TEST(Messages, AnswersThatClaimTooMuchAreNone) {
    StackAnswer answer;
    answer.unwound.resize(100'000);
    EXPECT_FALSE(decode_answer(encode(answer)));
    WireWriter frames;
    frames.number(static_cast<std::uint8_t>(Kind::named))
        .number(std::uint8_t{1})
        .number(0xffffffffu);
    EXPECT_FALSE(decode_name_answer(frames.take()));
    WireWriter words;
    words.number(static_cast<std::uint8_t>(Kind::seen)).number(1u).number(0xffffffffu);
    EXPECT_FALSE(decode_note(words.take()));
}

} // namespace
} // namespace unfreed::names
