# What every target of ours is compiled with. Attached by the functions of sinetti.cmake, never globally.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_COLOR_DIAGNOSTICS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug or Release" FORCE)
endif()

if(EMSCRIPTEN)
  # Names for stack traces, and fast enough to use: unoptimised WebAssembly is neither small nor quick.
  set(CMAKE_C_FLAGS_DEBUG "-O1 -g2")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g2")
else()
  # Lines for the sanitizers' reports, and what is cheap to compile: with -O0 -g the objects are four times the size, take longer to write
  # and to link, and run at half the speed.
  set(CMAKE_C_FLAGS_DEBUG "-Og -g1")
  set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
endif()

option(SINETTI_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer (native)" OFF)
option(SINETTI_FUZZ "libFuzzer targets (native, clang)" OFF)
option(SINETTI_UNITY "eight sources of a library in one translation unit, which builds everything sooner" OFF)

# Third-party sources, the Emscripten root and compiled objects live in one folder that all clones share.
if(DEFINED ENV{SINETTI_CACHE})
  set(default_cache $ENV{SINETTI_CACHE})
else()
  set(default_cache $ENV{HOME}/.cache/sinetti)
endif()
set(SINETTI_CACHE ${default_cache} CACHE PATH "third-party sources, the Emscripten root and the compiler cache")

# Paths relative to the source tree, so that every build folder and every clone shares the cached objects.
find_program(SINETTI_CCACHE ccache)
if(SINETTI_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(launcher ${CMAKE_COMMAND} -E env
      CCACHE_DIR=${SINETTI_CACHE}/ccache CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=3G
      ${SINETTI_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# Warnings, all of them errors.
add_library(sinetti_warnings INTERFACE)
target_compile_options(sinetti_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wimplicit-fallthrough
  -Wno-missing-field-initializers # designated initialisers leave the rest to the defaults, on purpose
  -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # These depend on what the optimiser happened to inline and report faults inside libstdc++ 12 (GCC PR 105651 and kin).
  target_compile_options(sinetti_warnings INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
  if(SINETTI_UNITY)   # a source that is included looks like a header to it
    target_compile_options(sinetti_warnings INTERFACE -Wno-subobject-linkage)
  endif()
endif()

# After them, for tests: their own dice are 64 bits wide and sizes on wasm 32. In the libraries that narrowing is an error.
add_library(sinetti_test_warnings INTERFACE)
if(EMSCRIPTEN)
  target_compile_options(sinetti_test_warnings INTERFACE -Wno-shorten-64-to-32)
endif()

# Sanitizers and instrumentation.
add_library(sinetti_instrumentation INTERFACE)
if(SINETTI_FUZZ)
  target_compile_options(sinetti_instrumentation INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sinetti_instrumentation INTERFACE -fsanitize=address,undefined)
elseif(SINETTI_SANITIZE AND NOT EMSCRIPTEN)
  target_compile_options(sinetti_instrumentation INTERFACE
    -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sinetti_instrumentation INTERFACE -fsanitize=address,undefined)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_definitions(sinetti_instrumentation INTERFACE _GLIBCXX_ASSERTIONS)
  endif()
endif()

# For what is compiled with Boost, whose templates are half of the work of a build under UBSan. What is left out here AddressSanitizer sees
# as it happens (a null pointer that is used, a pointer that went astray), or x86 and ARM allow.
add_library(sinetti_boost_instrumentation INTERFACE)
if(SINETTI_SANITIZE AND NOT EMSCRIPTEN)
  target_compile_options(sinetti_boost_instrumentation INTERFACE
    -fno-sanitize=null,alignment,object-size,pointer-overflow,nonnull-attribute,returns-nonnull-attribute)
endif()

# The dialect of client/: no exceptions, no run-time type information; the same in both worlds.
add_library(sinetti_client_dialect INTERFACE)
target_compile_options(sinetti_client_dialect INTERFACE -fno-exceptions -fno-rtti)
