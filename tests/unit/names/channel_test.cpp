// SPDX-License-Identifier: BSD-2-Clause
#include "names/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace unfreed::names {
namespace {

TEST(Channel, CarriesMessagesAndADescriptor) {
    auto [ours, theirs] = make_channel();
    const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(send_message(ours.get(), "first", file.get()));
    ASSERT_TRUE(send_message(ours.get(), ""));
    std::string message;
    UniqueFd passed;
    ASSERT_TRUE(receive_message(theirs.get(), message, &passed));
    EXPECT_EQ(message, "first");
    EXPECT_TRUE(passed);
    ASSERT_TRUE(receive_message(theirs.get(), message));
    EXPECT_EQ(message, "");
    ours.reset();
    EXPECT_FALSE(receive_message(theirs.get(), message));
}

TEST(MessageQueue, TakesWhatAPeerSaidBeforeItsEnd) {
    auto [ours, theirs] = make_channel();
    ASSERT_TRUE(send_message(theirs.get(), "last words"));
    theirs.reset();
    MessageQueue queue;
    queue.push("nobody hears this");
    EXPECT_FALSE(queue.exchange(ours.get()));
    EXPECT_EQ(queue.next(), "last words");
    EXPECT_FALSE(queue.next());
}

TEST(MessageQueue, NeverWaitsForAPeerThatDoesNotRead) {
    auto [ours, theirs] = make_channel();
    MessageQueue queue;
    for (int i = 0; i < 1000; ++i)
        queue.push(std::string(10'000, 'x'));
    EXPECT_TRUE(queue.exchange(ours.get()));
    EXPECT_GT(queue.waiting_bytes(), 0u);
}

TEST(MessageQueue, ALengthThatIsTooLargeEndsIt) {
    auto [ours, theirs] = make_channel();
    const std::string lie("\xff\xff\xff\x7f", 4);
    ASSERT_EQ(::send(theirs.get(), lie.data(), lie.size(), 0), 4);
    MessageQueue queue;
    EXPECT_FALSE(queue.exchange(ours.get()));
}

TEST(MessageQueue, PartsOfAMessageAreAwaited) {
    auto [ours, theirs] = make_channel();
    const std::string bytes("\x03\x00\x00\x00"
                            "abc",
                            7);
    MessageQueue queue;
    for (const char byte : bytes) {
        EXPECT_FALSE(queue.next());
        ASSERT_EQ(::send(theirs.get(), &byte, 1, 0), 1);
        ASSERT_TRUE(queue.exchange(ours.get()));
    }
    EXPECT_EQ(queue.next(), "abc");
}

} // namespace
} // namespace unfreed::names
