# What every target of Budstikke shares: warnings, hardening, sanitizers, precompiled headers, and
# the functions that declare a library, a program, a test and a fuzz target.

add_library(budstikke_options INTERFACE)
target_include_directories(budstikke_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(budstikke_options INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Werror
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_compile_definitions(budstikke_options INTERFACE
    _GLIBCXX_ASSERTIONS BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_options(budstikke_options INTERFACE -Wl,-z,relro,-z,now)
target_link_libraries(budstikke_options INTERFACE Threads::Threads)
find_program(MOLD mold)
if(MOLD)
    # Linking all tests is a good part of a build on two cores; mold takes a tenth of the time.
    target_link_options(budstikke_options INTERFACE -fuse-ld=mold)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # The sources are held to gcc's warnings; clang, which only fuzzes and lints, names others.
    target_compile_options(budstikke_options INTERFACE -Wno-unknown-warning-option -Wno-error)
endif()
if(BUDSTIKKE_SANITIZE)
    target_compile_options(budstikke_options INTERFACE
        -fsanitize=${BUDSTIKKE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(budstikke_options INTERFACE -fsanitize=${BUDSTIKKE_SANITIZE})
else()
    target_compile_definitions(budstikke_options INTERFACE
        $<$<CONFIG:Release>:_FORTIFY_SOURCE=3>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND BUDSTIKKE_SANITIZE)
    # gcc 12 reports false positives of these two once the sanitizers change its inlining.
    # The thread sanitizer does not see the fences of Asio's headers, which also lock.
    target_compile_options(budstikke_options INTERFACE
        -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-tsan)
    if(BUDSTIKKE_SANITIZE STREQUAL "thread")
        # And, there alone, of this one: where a short string is moved out of a std::expected.
        target_compile_options(budstikke_options INTERFACE -Wno-array-bounds)
    endif()
endif()

# One precompiled header of the standard library for the whole tree: own headers stay out of it, so
# that touching one rebuilds only what includes it.
if(BUDSTIKKE_PRECOMPILED_HEADERS)
    file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
    add_library(budstikke_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
    target_link_libraries(budstikke_pch PRIVATE budstikke_options)
    target_precompile_headers(budstikke_pch PRIVATE
        <algorithm> <array> <atomic> <chrono> <cstdint> <deque> <expected> <filesystem>
        <functional> <map> <memory> <mutex> <optional> <span> <string> <string_view> <thread>
        <unordered_map> <utility> <variant> <vector>)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(budstikke_pch PRIVATE -fpch-preprocess)
    endif()
endif()

function(budstikke_common target)
    target_link_libraries(${target} PRIVATE budstikke_options)
    if(BUDSTIKKE_PRECOMPILED_HEADERS)
        target_precompile_headers(${target} REUSE_FROM budstikke_pch)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${target} PRIVATE -fpch-preprocess)
        endif()
    endif()
endfunction()

# budstikke_library(NAME SOURCES a.cpp ... LINKS lower_library ...)
# LINKS are public on purpose: they are the layers below, which the headers of this one may name.
function(budstikke_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    if(ARG_SOURCES)
        add_library(${name} STATIC ${ARG_SOURCES})
        budstikke_common(${name})
        target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
    else()
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE ${ARG_LINKS} ${ARG_PRIVATE_LINKS})
    endif()
endfunction()

# budstikke_program(NAME SOURCES ... LINKS ...)
function(budstikke_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    budstikke_common(${name})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS})
    target_link_options(${name} PRIVATE -pie)
endfunction()

# Where tests find examples and programs. In a header rather than on the command line, so that the
# compiler cache knows the many sources that do not ask when it sees them in another checkout.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/test_folders.hpp @ONLY CONTENT
    "#define BUDSTIKKE_SOURCE_DIR \"@CMAKE_SOURCE_DIR@\"
#define BUDSTIKKE_BINARY_DIR \"@CMAKE_BINARY_DIR@\"
")

# budstikke_test(NAME SOURCES ... LINKS ...): a GoogleTest program, one ctest entry per program, so
# that thousands of cases do not start thousands of processes.
function(budstikke_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    budstikke_common(${name})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
    target_compile_options(${name} PRIVATE "SHELL:-include ${CMAKE_BINARY_DIR}/test_folders.hpp")
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 900)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# budstikke_fuzz_target(NAME [JAILED] SOURCES fuzz_x.cpp LINKS ...): defines LLVMFuzzerTestOneInput.
# Without libFuzzer the program replays the files of tests/fuzz/corpus/NAME, which is what ctest
# does; JAILED, once more where no file and no socket can be opened. The names are collected for
# tests/fuzz/run.sh.
function(budstikke_fuzz_target name)
    cmake_parse_arguments(ARG "JAILED" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    budstikke_common(${name})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    set_property(GLOBAL APPEND PROPERTY BUDSTIKKE_FUZZ_TARGETS ${name})
    if(BUDSTIKKE_FUZZERS)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
        target_sources(${name} PRIVATE
            ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp ${CMAKE_SOURCE_DIR}/tests/fuzz/jail.cpp)
        add_test(NAME ${name} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
        set_tests_properties(${name} PROPERTIES TIMEOUT 900)
        if(ARG_JAILED)
            add_test(NAME ${name}.jailed
                COMMAND ${name} --jail ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
            # The leak check of a sanitizer goes through a pipe that the jail forbids; leaks are
            # looked for in the other test.
            set_tests_properties(${name}.jailed PROPERTIES
                TIMEOUT 900 ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
        endif()
    endif()
endfunction()
