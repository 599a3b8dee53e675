// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/demangle.h"
#include "within_limits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace unfreed::testing {
namespace {

// How the n-th thing of a name is referred to.
std::string reference(unsigned index) {
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (index == 0)
        return "S_";
    std::string digits;
    for (unsigned rest = index - 1; digits.empty() || rest != 0; rest /= 36)
        digits.insert(digits.begin(), kDigits[rest % 36]);
    return "S" + digits + "_";
}

// void f(p<A, A>, p<p<A, A>, p<A, A>>, ...): each level names the one before it twice.
std::string doubling(unsigned levels) {
    std::string name = "_Z1f1pI1AS0_E";
    for (unsigned i = 0; i < levels; ++i)
        name += fmt::format("S_I{0}{0}E", reference(i + 2));
    return name;
}

// template <class... T> void f(p<p<A, A>, the same>...): nothing to expand, but the search for it
// doubles with every level.
std::string doubling_pack(unsigned levels) {
    std::string name = "_Z1fIJiEEvDp1pI";
    for (unsigned i = 1; i < levels; ++i)
        name += "S0_I";
    name += "1A";
    for (unsigned i = 0; i < levels; ++i)
        name += reference(i + 2) + "E";
    return name;
}

TEST(Demangle, ShowsWhatWasWritten) {
    EXPECT_EQ(demangle("_ZN3net4openEi"), "net::open(int)");
    EXPECT_EQ(demangle("_ZNSt6vectorIiSaIiEE12emplace_backIJiEEERiDpOT_"),
              "int& std::vector<int, std::allocator<int> >::emplace_back<int>(int&&)");
    EXPECT_EQ(demangle("_ZN1A1fEv.constprop.0"), "A::f() [clone .constprop.0]");
    EXPECT_EQ(demangle(doubling(1)), "f(p<A, A>, p<p<A, A>, p<A, A> >)");
    EXPECT_EQ(demangle(doubling_pack(2)), "void f<int>((p<p<A, A>, p<A, A> >)...)");
}

TEST(Demangle, LeavesOtherNames) {
    EXPECT_EQ(demangle("main"), "main");
    EXPECT_EQ(demangle("f"), "f") << "not a float";
    EXPECT_EQ(demangle("_Znonsense"), "_Znonsense");
    EXPECT_EQ(demangle(""), "");
    const std::string with_zero("_Z1f\0v", 6);
    EXPECT_LE(demangle(with_zero).size(), 6u);
}

TEST(Demangle, AShortNameOfGigabytesStaysAsItIs) {
    EXPECT_TRUE(within_limits([] {
        return demangle(doubling(20)) == doubling(20) && demangle(doubling(60)).size() == 515;
    }));
}

TEST(Demangle, NeitherIsOneThatTakesLongToFind) {
    EXPECT_TRUE(within_limits([] {
        return demangle(doubling_pack(40)) == doubling_pack(40) &&
               demangle(doubling_pack(100)).size() <= kLongestMangledName + 3;
    }));
}

TEST(Demangle, LongNamesAreCut) {
    const std::string name(100'000, 'x');
    EXPECT_EQ(demangle(name), name.substr(0, kLongestMangledName) + "...");
    EXPECT_TRUE(within_limits([] {
        return demangle("_ZN" + std::string(1'000'000, '1')).size() == kLongestMangledName + 3 &&
               demangle("_Z" + std::string(4000, 'P')).size() == kLongestMangledName + 3;
    }));
}

} // namespace
} // namespace unfreed::testing
