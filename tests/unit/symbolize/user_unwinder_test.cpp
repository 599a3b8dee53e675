// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_unwinder.h"

#include <elf.h>
#include <execinfo.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace unfreed::test {
namespace {

using testing::ElementsAreArray;

// Of this thread, here, and what libgcc says of the same moment: innermost first, return addresses.
struct Moment {
    UserStackCopy copy;
    std::vector<std::uint64_t> callers;
};

#if defined(__x86_64__)
constexpr bool kKnown = true;
// In the order of DWARF.
constexpr std::array kOrder = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                               REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                               REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
void take_registers(const ucontext_t& context, UserStackCopy& copy) {
    copy.machine = EM_X86_64;
    for (const auto reg : kOrder)
        copy.registers.push_back(static_cast<std::uint64_t>(context.uc_mcontext.gregs[reg]));
    copy.start = static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RSP]);
}
#elif defined(__aarch64__)
constexpr bool kKnown = true;
void take_registers(const ucontext_t& context, UserStackCopy& copy) {
    copy.machine = EM_AARCH64;
    for (const auto value : context.uc_mcontext.regs)
        copy.registers.push_back(value);
    copy.registers.push_back(context.uc_mcontext.sp);
    copy.registers.push_back(context.uc_mcontext.pc);
    copy.start = context.uc_mcontext.sp;
}
#else
constexpr bool kKnown = false;
void take_registers(const ucontext_t&, UserStackCopy&) {}
#endif

// Enough for a few frames. How much there is above them depends on the size of the environment.
constexpr std::size_t kBytes = 6000;

// Where this thread's stack ends.
std::uint64_t end_of_stack() {
    pthread_attr_t attributes;
    void* lowest = nullptr;
    std::size_t size = 0;
    if (::pthread_getattr_np(::pthread_self(), &attributes) != 0)
        return 0;
    ::pthread_attr_getstack(&attributes, &lowest, &size);
    ::pthread_attr_destroy(&attributes);
    return reinterpret_cast<std::uint64_t>(lowest) + size;
}

// Not under the address sanitizer: the copy reads whole frames.
__attribute__((noinline, no_sanitize("address"))) void copy_stack(UserStackCopy& copy,
                                                                  std::size_t bytes) {
    copy.bytes.resize(bytes);
    // memcpy is intercepted by sanitizers.
    const auto* from = reinterpret_cast<const volatile std::byte*>(copy.start);
    for (std::size_t i = 0; i < bytes; ++i)
        copy.bytes[i] = from[i];
}

__attribute__((noinline)) Moment innermost(std::size_t bytes) {
    Moment now;
    ucontext_t context;
    EXPECT_EQ(::getcontext(&context), 0);
    take_registers(context, now.copy);
    const std::uint64_t end = end_of_stack();
    EXPECT_GT(end, now.copy.start);
    copy_stack(now.copy, std::min<std::uint64_t>(bytes, end - now.copy.start));
    std::array<void*, 100> frames;
    const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    for (int i = 1; i < count; ++i) // the first is in this function
        now.callers.push_back(reinterpret_cast<std::uint64_t>(frames[static_cast<unsigned>(i)]));
    return now;
}

__attribute__((noinline)) Moment middle(std::size_t bytes) {
    Moment now = innermost(bytes);
    now.callers.shrink_to_fit(); // so that this is no tail call
    return now;
}

class UserUnwinderTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!kKnown)
            GTEST_SKIP() << "this test knows the registers of x86-64 and arm64 only";
        auto maps = ProcessMaps::read(static_cast<std::uint32_t>(::getpid()));
        ASSERT_TRUE(maps);
        maps_ = std::move(*maps);
    }
    ProcessMaps maps_;
    UserUnwinder unwinder_;
};

TEST_F(UserUnwinderTest, FindsTheCallersThatLibgccFinds) {
    const Moment now = middle(kBytes);
    const UserUnwinder::Stack stack = unwinder_.unwind(now.copy, maps_);
    ASSERT_GE(stack.addresses.size(), 4U);
    EXPECT_EQ(stack.addresses[0], now.copy.registers.back());
    // A sanitizer puts a frame of its own before them.
    const auto caller = std::find(now.callers.begin(), now.callers.end(), stack.addresses[1]);
    ASSERT_LE(caller - now.callers.begin(), 1) << "the caller of innermost() was not found";
    const std::span<const std::uint64_t> callers(caller, now.callers.end());
    const std::size_t both = std::min(stack.addresses.size() - 1, callers.size());
    ASSERT_GE(both, 3U);
    EXPECT_THAT(std::span(stack.addresses).subspan(1, both), ElementsAreArray(callers.first(both)));
}

TEST_F(UserUnwinderTest, OneProcessManyStacks) {
    const Moment first = middle(kBytes);
    const Moment second = innermost(kBytes);
    const auto a = unwinder_.unwind(first.copy, maps_);
    const auto b = unwinder_.unwind(second.copy, maps_);
    EXPECT_EQ(unwinder_.unwind(first.copy, maps_).addresses, a.addresses);
    EXPECT_NE(a.addresses, b.addresses);
}

TEST_F(UserUnwinderTest, ACopyThatEndsEarlyGivesTheFirstFrames) {
    const Moment now = middle(kBytes);
    UserStackCopy cut = now.copy;
    cut.bytes.resize(8);
    const auto stack = unwinder_.unwind(cut, maps_);
    EXPECT_FALSE(stack.whole) << stack.addresses.size();
    EXPECT_LT(stack.addresses.size(), unwinder_.unwind(now.copy, maps_).addresses.size());
}

TEST_F(UserUnwinderTest, WithoutFilesThereIsNothing) {
    const Moment now = middle(kBytes);
    const ProcessMaps none;
    EXPECT_TRUE(unwinder_.unwind(now.copy, none).addresses.empty());
    EXPECT_FALSE(unwinder_.unwind(now.copy, maps_).addresses.empty());
}

TEST_F(UserUnwinderTest, GarbageIsNoCrash) {
    Moment now = middle(kBytes);
    for (std::size_t i = 0; i < now.copy.bytes.size(); ++i)
        now.copy.bytes[i] = static_cast<std::byte>(i * 37);
    EXPECT_LE(unwinder_.unwind(now.copy, maps_).addresses.size(), 128U);
    now.copy.registers.assign(now.copy.registers.size(), 0xffff'ffff'ffff'fff0);
    EXPECT_LE(unwinder_.unwind(now.copy, maps_).addresses.size(), 128U);
    now.copy.registers.clear();
    EXPECT_TRUE(unwinder_.unwind(now.copy, maps_).addresses.empty());
}

TEST(ProcessMaps, KeepsFilesThatWereUnloaded) {
    const auto former = ProcessMaps::parse("1000-2000 r-xp 00000000 00:00 5 /lib/old.so\n"
                                           "4000-5000 r-xp 00000000 00:00 6 /lib/over.so\n"
                                           "6000-7000 rw-p 00000000 00:00 0 \n");
    auto now = ProcessMaps::parse("4800-5800 r-xp 00000000 00:00 7 /lib/new.so\n");
    now.keep_files_of(former);
    ASSERT_EQ(now.mappings().size(), 2U);
    ASSERT_NE(now.find(0x1800), nullptr);
    EXPECT_EQ(now.find(0x1800)->path, "/lib/old.so");
    EXPECT_EQ(now.find(0x4400), nullptr) << "half of it is something else now";
    EXPECT_EQ(now.find(0x6400), nullptr) << "memory is no file";
}

} // namespace
} // namespace unfreed::test
