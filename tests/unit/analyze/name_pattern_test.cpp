// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/name_pattern.h"

#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

TEST(NamePattern, NumbersAreOne) {
    EXPECT_EQ(name_pattern(".7261_dOeSnotExist_.db"), ".<N>_dOeSnotExist_.db");
    EXPECT_EQ(name_pattern("missing.4711.0"), "missing.<N>.<N>");
    EXPECT_EQ(name_pattern("libfoo.so.1.2.3"), "libfoo.so.<N>.<N>.<N>");
    EXPECT_EQ(name_pattern("12345678901234567890"), "<N>");
    EXPECT_EQ(name_pattern("x86_64-linux-gnu"), "x<N>_<N>-linux-gnu");
}

TEST(NamePattern, WordsStay) {
    for (const char* name :
         {"", "Makefile", "README", "main.cpp", "dOeSnotExist", "facade.deadbeef", "effaced",
          "getElementById", "CMakeLists.txt", ".", "..", "файл"})
        EXPECT_EQ(name_pattern(name), name);
    EXPECT_EQ(name_pattern("sha256sum"), "sha<N>sum");
    EXPECT_EQ(name_pattern("packages.sha256"), "packages.sha<N>");
}

TEST(NamePattern, HexadecimalNumbersAreOne) {
    EXPECT_EQ(name_pattern("etilqs_741422b6dc4944c8"), "etilqs_<hex>");
    EXPECT_EQ(name_pattern("etilqs_741422B6DC4944C8"), "etilqs_<hex>");
    EXPECT_EQ(name_pattern("b3eb1af2089b8f2a1c26863be09d1a13ed1707b0.lock"), "<hex>.lock");
}

TEST(NamePattern, UuidsAreOne) {
    EXPECT_EQ(name_pattern("7f9c24e8-3b12-4fef-91e0-aa0a5c6d7e01.json"), "<uuid>.json");
    EXPECT_EQ(name_pattern("vol-7F9C24E8-3B12-4FEF-91E0-AA0A5C6D7E01"), "vol-<uuid>");
    EXPECT_NE(name_pattern("7f9c24e8-3b12-4fef-91e0-aa0a5c6d7e012"), "<uuid><N>");
}

TEST(NamePattern, WhatMkstempMakesIsOne) {
    for (const char* name : {"dbTemp.Gh8mvx", "dbTemp.sYcejH", "dbTemp.9pC3g6", "dbTemp.ZPmbwf"})
        EXPECT_EQ(name_pattern(name), "dbTemp.<random>");
    EXPECT_EQ(name_pattern("tmp.pDhzh5j7NL"), "tmp.<random>");
    EXPECT_EQ(name_pattern("sess_k3j9x2m8q1.tmp"), "sess_<random>.tmp");
}

TEST(NamePattern, OfAPathEachName) {
    EXPECT_EQ(path_pattern("/srv/d12/dbTemp.Gh8mvx"), "/srv/d<N>/dbTemp.<random>");
    EXPECT_EQ(path_pattern("/"), "/");
    EXPECT_EQ(path_pattern(""), "");
}

TEST(NamePattern, PathsOfOnePatternKeepWhatIsEqual) {
    EXPECT_EQ(common_path("/srv/v2/d1", "/srv/v2/d2"), "/srv/v2/d<N>");
    EXPECT_EQ(common_path("/srv/v2/d<N>", "/srv/v2/d3"), "/srv/v2/d<N>");
    EXPECT_EQ(common_path("/", "/"), "/");
    EXPECT_EQ(common_path("", ""), "");
    EXPECT_EQ(common_path("/a1/b", "/a2/b"), "/a<N>/b");
}

TEST(NamePattern, CommonOfSeveral) {
    EXPECT_EQ(common_pattern({}), "");
    EXPECT_EQ(common_pattern({"a<N>", "a<N>"}), "a<N>");
    EXPECT_EQ(common_pattern({"one.lock", "two.lock"}), "*.lock");
    EXPECT_EQ(common_pattern({"lib.so", "lib.a"}), "lib.*");
    EXPECT_EQ(common_pattern({"one", "two"}), "*");
    EXPECT_EQ(common_pattern({"x<N>.c", "x<hex>.c"}), "x*.c"); // never half of "<N>"
    EXPECT_EQ(common_pattern({"aa", "aaa"}), "aa*");           // nothing counts twice
}

TEST(NamePattern, CommonDirectoryEndsAtANames) {
    EXPECT_EQ(common_directory({}), "");
    EXPECT_EQ(common_directory({"/usr/lib", "/usr/lib"}), "/usr/lib");
    EXPECT_EQ(common_directory({"/usr/lib", "/usr/local"}), "/usr/**");
    EXPECT_EQ(common_directory({"/usr/lib", "/usr/lib/x"}), "/usr/lib/**");
    EXPECT_EQ(common_directory({"/usr", "", "/var"}), "/**");
    EXPECT_EQ(common_directory({"/", "/var"}), "/**");
    EXPECT_EQ(common_directory({"/a/b", "/a/c", "/a/b"}), "/a/**");
}

} // namespace
} // namespace unfreed::test
