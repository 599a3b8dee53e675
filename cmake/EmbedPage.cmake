# SPDX-License-Identifier: BSD-2-Clause
# Run by cmake -P: puts PAGE, its STYLE and its SCRIPTS (in that order, as one) into OUTPUT, a C++ file
# that defines what user/report/html_page.h declares. The page allows the one style and the one
# script, by their hashes, and nothing else.
cmake_minimum_required(VERSION 3.22)

# SHA-256 of text as a content security policy has it: in base64.
function(policy_hash text result)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 hex "${text}")
  set(base64 "")
  # 32 bytes: ten times three, and two, which two zero bits and a "=" make whole.
  foreach(at RANGE 0 54 6)
    string(SUBSTRING "${hex}" ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING "${alphabet}" ${index} 1 letter)
      string(APPEND base64 "${letter}")
    endforeach()
  endforeach()
  string(SUBSTRING "${hex}" 60 4 two)
  foreach(shift 12 6 0)
    math(EXPR index "((0x${two} << 2) >> ${shift}) & 63")
    string(SUBSTRING "${alphabet}" ${index} 1 letter)
    string(APPEND base64 "${letter}")
  endforeach()
  set(${result} "${base64}=" PARENT_SCOPE)
endfunction()

# A compiler need not take literals of more than 64 KiB.
function(literals text result)
  string(LENGTH "${text}" length)
  set(pieces "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 piece)
    string(APPEND pieces "    R\"page(${piece})page\",\n")
    math(EXPR at "${at} + 12000")
  endwhile()
  set(${result} "${pieces}" PARENT_SCOPE)
endfunction()

file(READ "${PAGE}" page)
file(READ "${STYLE}" style)
set(script "'use strict';\n(() => {\n")
foreach(path IN LISTS SCRIPTS)
  file(READ "${path}" part)
  string(APPEND script "${part}")
endforeach()
string(APPEND script "})();\n")

policy_hash("${style}" style_hash)
policy_hash("${script}" script_hash)
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(FIND "${page}" "@DATA@" at)
string(SUBSTRING "${page}" 0 ${at} before)
string(LENGTH "@DATA@" length)
math(EXPR at "${at} + ${length}")
string(SUBSTRING "${page}" ${at} -1 after)

literals("${before}" before)
literals("${after}" after)
file(WRITE "${OUTPUT}" "// Made by cmake/EmbedPage.cmake.
#include \"report/html_page.h\"

namespace unfreed {
namespace {

constexpr std::string_view kBefore[] = {
${before}};

constexpr std::string_view kAfter[] = {
${after}};

} // namespace

std::span<const std::string_view> page_before_data() {
    return kBefore;
}

std::span<const std::string_view> page_after_data() {
    return kAfter;
}

} // namespace unfreed
")
