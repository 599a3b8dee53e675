// SPDX-License-Identifier: BSD-2-Clause
// Mounts and what holds files unseen: from the texts of the kernel to what the tracer takes.
#include "names/opener.h"
#include "names/place_messages.h"
#include "names/places.h"
#include "names/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace unfreed::names {
namespace {

using testing::ElementsAre;

class Texts : public KernelTexts {
  public:
    TextAnswer read(KernelText which, std::uint32_t number) override {
        const auto found = texts.find({which, number});
        return found != texts.end() ? found->second : TextAnswer{};
    }
    std::optional<std::uint32_t> device(const std::string& path) override {
        asked.push_back(path);
        return path.starts_with("/gone") ? std::nullopt : std::optional<std::uint32_t>(77);
    }
    void set(KernelText which, std::uint32_t number, std::string text, bool is_cut = false) {
        texts[{which, number}] = {OpenStatus::ok, is_cut, std::move(text)};
    }
    std::map<std::pair<KernelText, std::uint32_t>, TextAnswer> texts;
    std::vector<std::string> asked;
};

std::string overlay(const std::string& layers) {
    return "90 22 0:50 / /merged rw - overlay overlay rw,lowerdir=" + layers + "\n";
}

TEST(Places, MountsAreThoseOfTheProcess) {
    Texts texts;
    EXPECT_FALSE(read_mounts(texts, 7));
    texts.set(KernelText::mountinfo, 7, "40 22 8:17 / /mnt rw - xfs /dev/sdb1 rw\n", true);
    const auto mounts = read_mounts(texts, 7);
    ASSERT_TRUE(mounts);
    EXPECT_TRUE(mounts->is_cut());
    EXPECT_EQ(mounts->full_path(8 << 20 | 17, "/a"), "/mnt/a");
}

TEST(Places, UnseenUsersAreLayersExportsSwapAndLoops) {
    Texts texts;
    texts.set(KernelText::mountinfo, 0, overlay("/a:/a:/gone"));
    texts.set(KernelText::exports, 0, "/srv\t*(rw)\n");
    texts.set(KernelText::swaps, 0, "Filename Type\n/swap file\n");
    texts.set(KernelText::partitions, 0, "   7        3         64 loop3\n");
    texts.set(KernelText::loop_file, 3, "/disk.img\n");
    const UnseenUsers users = read_unseen_users(texts);
    EXPECT_THAT(texts.asked, ElementsAre("/a", "/gone", "/srv"));
    EXPECT_THAT(users.devices(), ElementsAre(77U));
    EXPECT_THAT(users.files(), ElementsAre("/disk.img", "/swap"));
    EXPECT_FALSE(users.all());
}

// Never a leak by guess.
TEST(Places, WhatIsNotKnownMayHoldAnything) {
    Texts none;
    EXPECT_TRUE(read_unseen_users(none).all());
    Texts cut;
    cut.set(KernelText::mountinfo, 0, overlay("/a"), true);
    EXPECT_TRUE(read_unseen_users(cut).all());
    Texts relative;
    relative.set(KernelText::mountinfo, 0, overlay("l/A:l/B"));
    EXPECT_TRUE(read_unseen_users(relative).all());
    EXPECT_TRUE(relative.asked.empty()) << "nobody knows from where";
    Texts many;
    std::string layers;
    for (int i = 0; i < 5000; ++i)
        layers += "/l" + std::to_string(i) + ":";
    many.set(KernelText::mountinfo, 0, overlay(layers));
    EXPECT_TRUE(read_unseen_users(many).all());
    EXPECT_LE(many.asked.size(), 4096u);
}

TEST(Places, MessagesComeBackAsTheyWere) {
    const Mounts mounts = Mounts::parse("40 22 8:17 /r /mnt rw - xfs x rw\n", true);
    const auto answer = decode_mounts(encode_mounts(&mounts));
    ASSERT_TRUE(answer && answer->mounts);
    EXPECT_TRUE(answer->mounts->is_cut());
    EXPECT_EQ(answer->mounts->full_path(8 << 20 | 17, "/r/x"), "/mnt/x");
    const auto none = decode_mounts(encode_mounts(nullptr));
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->mounts);
    EXPECT_EQ(decode_mounts_question(encode_mounts_question(9)), 9u);
    EXPECT_TRUE(is_unseen_question(encode_unseen_question()));
    const auto users = decode_unseen_users(encode(UnseenUsers({1, 2}, {"/a"}, true)));
    ASSERT_TRUE(users);
    EXPECT_THAT(users->devices(), ElementsAre(1U, 2U));
    EXPECT_THAT(users->files(), ElementsAre("/a"));
    EXPECT_TRUE(users->all());
}

TEST(Places, MessagesThatLieAreHarmless) {
    const Mounts mounts = Mounts::parse("40 22 8:17 /r /mnt rw - xfs x rw\n");
    const std::vector<std::string> all{encode_mounts(&mounts), encode_mounts(nullptr),
                                       encode(UnseenUsers({1, 2}, {"/a", "/b"}, false)),
                                       encode(TextAnswer{OpenStatus::ok, true, "text"}),
                                       encode_device(5)};
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        std::string message = all[random() % all.size()];
        message[random() % message.size()] = static_cast<char>(random());
        message.resize(random() % 4 ? message.size() : random() % message.size());
        decode_mounts(message);
        decode_unseen_users(message);
        decode_text_answer(message);
        decode_device_answer(message);
    }
    std::string many = encode_mounts(nullptr).substr(0, 1);
    WireWriter writer;
    writer.number(std::uint8_t{1}).number(std::uint8_t{0}).number(0xffffffffu);
    EXPECT_FALSE(decode_mounts(many + writer.take()));
}

TEST(Places, TheOpenerReadsTextsAndFindsFileSystems) {
    Opener opener;
    UniqueFd none;
    const auto own =
        decode_text_answer(opener.answer(encode_text_question(KernelText::mountinfo, 0), none));
    ASSERT_TRUE(own);
    EXPECT_EQ(own->status, OpenStatus::ok);
    EXPECT_NE(own->text.find(" - proc "), std::string::npos);
    const auto mine = decode_text_answer(opener.answer(
        encode_text_question(KernelText::mountinfo, static_cast<std::uint32_t>(::getpid())), none));
    ASSERT_TRUE(mine);
    EXPECT_EQ(mine->text, own->text);
    const auto nobody = decode_text_answer(
        opener.answer(encode_text_question(KernelText::mountinfo, 0x7fffffff), none));
    ASSERT_TRUE(nobody);
    EXPECT_NE(nobody->status, OpenStatus::ok);
    const auto nothing = decode_text_answer(
        opener.answer(encode_text_question(static_cast<KernelText>(99), 0), none));
    ASSERT_TRUE(nothing);
    EXPECT_EQ(nothing->text, "");
    struct stat info {};
    ASSERT_EQ(::stat("/proc", &info), 0);
    const auto device = decode_device_answer(opener.answer(encode_device_question("/proc"), none));
    ASSERT_TRUE(device);
    EXPECT_EQ(device->device, gnu_dev_major(info.st_dev) << 20 | gnu_dev_minor(info.st_dev));
    const auto gone =
        decode_device_answer(opener.answer(encode_device_question("/gone/away"), none));
    ASSERT_TRUE(gone);
    EXPECT_FALSE(gone->device);
}

} // namespace
} // namespace unfreed::names
