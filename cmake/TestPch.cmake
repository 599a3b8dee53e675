# SPDX-License-Identifier: BSD-2-Clause
# unfreed_test_pch(TARGET): compiles a unit test program without optimisation and with one precompiled
# header for all of them. Most of the time that a test takes to compile goes into these headers and into
# what the optimiser makes of them; the modules under test are compiled as they are shipped.
function(unfreed_test_pch target)
  if(NOT TARGET unfreed_tests_pch)
    # Not written anew at each run of cmake, which would compile everything anew.
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/tests/pch.cpp CONTENT "")
    add_library(unfreed_tests_pch STATIC ${CMAKE_BINARY_DIR}/tests/pch.cpp)
    target_link_libraries(unfreed_tests_pch PRIVATE unfreed_warnings unfreed_sanitizers fmt::fmt
                                                    nlohmann_json::nlohmann_json GTest::gmock)
    target_compile_options(unfreed_tests_pch PRIVATE -O0)
    target_precompile_headers(unfreed_tests_pch PRIVATE <gmock/gmock.h> <gtest/gtest.h> <fmt/format.h>
                              <nlohmann/json.hpp> <algorithm> <map> <optional> <string> <vector>)
  endif()
  target_compile_options(${target} PRIVATE -O0)
  target_precompile_headers(${target} REUSE_FROM unfreed_tests_pch)
endfunction()
