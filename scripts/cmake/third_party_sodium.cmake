# libsodium from source for both worlds. Its configure takes minutes under Emscripten, so the answers it gave are
# written here: what every POSIX system has, what Linux adds, what x86-64 adds (chosen at run time by the CPU's flags).

set(sodium ${SINETTI_CACHE}/sources/libsodium)
file(STRINGS ${sodium}/configure.ac sodium_version REGEX "^AC_INIT")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" sodium_version "${sodium_version}")
if(sodium_version VERSION_LESS 1.0.22)
  message(FATAL_ERROR "libsodium ${sodium_version} is too old, 1.0.22 is needed: remove ${SINETTI_CACHE}/sources and run scripts/install")
endif()
file(STRINGS ${sodium}/configure.ac lines REGEX "^SODIUM_LIBRARY_VERSION_M(AJOR|INOR)=")
foreach(line ${lines})
  string(REGEX MATCH "^(SODIUM_LIBRARY_VERSION_M[AJORIN]+)=([0-9]+)" line "${line}")
  set(${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
endforeach()
set(VERSION ${sodium_version})
configure_file(${sodium}/src/libsodium/include/sodium/version.h.in ${PROJECT_BINARY_DIR}/sodium/sodium/version.h @ONLY)
configure_file(${sodium}/src/libsodium/include/sodium/export.h ${PROJECT_BINARY_DIR}/sodium/sodium/export.h COPYONLY) # version.h includes it from beside itself
unset(VERSION)

# The one place with a glob: the version, and with it the list, is Debian's to move.
file(GLOB_RECURSE sodium_sources ${sodium}/src/libsodium/*.c)
add_library(sodium STATIC EXCLUDE_FROM_ALL ${sodium_sources})
target_include_directories(sodium SYSTEM
  PUBLIC ${PROJECT_BINARY_DIR}/sodium ${sodium}/src/libsodium/include
  PRIVATE ${PROJECT_BINARY_DIR}/sodium/sodium ${sodium}/src/libsodium/include/sodium)
target_compile_definitions(sodium PUBLIC SODIUM_STATIC PRIVATE
  CONFIGURED=1 NATIVE_LITTLE_ENDIAN=1 _GNU_SOURCE=1
  HAVE_STDINT_H=1 HAVE_INTTYPES_H=1 HAVE_C_VARARRAYS=1 HAVE_ALLOCA=1 HAVE_ALLOCA_H=1 HAVE_CLOCK_GETTIME=1
  HAVE_POSIX_MEMALIGN=1 HAVE_ATOMIC_OPS=1 HAVE_C11_MEMORY_FENCES=1 HAVE_GCC_MEMORY_FENCES=1 HAVE_INLINE_ASM=1
  HAVE_WEAK_SYMBOLS=1 HAVE_NANOSLEEP=1 HAVE_RAISE=1 HAVE_SYSCONF=1 HAVE_GETPID=1 HAVE_SYS_PARAM_H=1 TLS=_Thread_local)
target_compile_options(sodium PRIVATE -fno-strict-aliasing -fno-strict-overflow)
target_link_libraries(sodium PRIVATE third_party_flags)

if(EMSCRIPTEN)
  target_compile_definitions(sodium PRIVATE HAVE_GETENTROPY=1)
  # Vectors of WebAssembly, which every browser we support has (docs/operations.md). The curve's arithmetic on ten limbs the compiler makes
  # vectors of: a fifth faster to sign and to make keys. ChaCha20 and Argon2id have code for SSSE3, which Emscripten's headers express in
  # them: two and a half times as fast, and a third faster. libsodium would ask the processor whether it has SSSE3; here the answer is known.
  # Argon2id's own code for these vectors computes something else than Argon2id (1.0.22 multiplies the wrong halves), so argon2-core.c must
  # not see -msimd128, with which it would take that.
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/sodium/has_ssse3.c CONTENT "int sodium_has_ssse3_by_simd128(void) { return 1; }\n")
  target_sources(sodium PRIVATE ${PROJECT_BINARY_DIR}/sodium/has_ssse3.c)
  set(chooses_ssse3 -DHAVE_EMMINTRIN_H=1 -DHAVE_TMMINTRIN_H=1 -Dsodium_runtime_has_ssse3=sodium_has_ssse3_by_simd128)
  # Without __clang__ they do not ask for a processor's feature that there is not, which the compiler would say each time.
  set(is_ssse3 -U__clang__ -msimd128 -D__SSE__=1 -D__SSE2__=1 -D__SSE3__=1 -D__SSSE3__=1 -DHAVE_EMMINTRIN_H=1 -DHAVE_TMMINTRIN_H=1)
  foreach(source ${sodium_sources})
    if(source MATCHES "/(crypto_core/ed25519|crypto_scalarmult/curve25519)/")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -msimd128)
    elseif(source MATCHES "/(stream_chacha20|argon2-core)\\.c$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${chooses_ssse3}")
    elseif(source MATCHES "/(chacha20_dolbeau|argon2-fill-block)-ssse3\\.c$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${is_ssse3}")
    endif()
  endforeach()
else()
  target_compile_definitions(sodium PRIVATE
    HAVE_TI_MODE=1 HAVE_PTHREAD=1 HAVE_CATCHABLE_SEGV=1 HAVE_CATCHABLE_ABRT=1 HAVE_THREADS_H=1
    HAVE_SYS_MMAN_H=1 HAVE_SYS_RANDOM_H=1 HAVE_SYS_AUXV_H=1 HAVE_MMAP=1 HAVE_MLOCK=1 HAVE_MADVISE=1 HAVE_MPROTECT=1
    HAVE_GETRANDOM=1 HAVE_GETENTROPY=1 HAVE_GETAUXVAL=1 HAVE_EXPLICIT_BZERO=1)
  target_compile_options(sodium PRIVATE -fvisibility=hidden -fstack-protector)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    enable_language(ASM)
    file(GLOB_RECURSE sodium_assembly ${sodium}/src/libsodium/*.S)
    target_sources(sodium PRIVATE ${sodium_assembly})
    target_compile_definitions(sodium PRIVATE
      HAVE_AMD64_ASM=1 HAVE_AVX_ASM=1 HAVE_CPUID=1 HAVE_RDRAND=1 HAVE_CET_H=1 ASM_HIDE_SYMBOL=.hidden
      HAVE_MMINTRIN_H=1 HAVE_EMMINTRIN_H=1 HAVE_PMMINTRIN_H=1 HAVE_TMMINTRIN_H=1 HAVE_SMMINTRIN_H=1
      HAVE_AVXINTRIN_H=1 HAVE_AVX2INTRIN_H=1 HAVE_AVX512FINTRIN_H=1 HAVE_WMMINTRIN_H=1)
    foreach(source ${sodium_sources})
      if(source MATCHES "avx512f\\.c$")
        set(flags "-mavx512f;-mavx2")
      elseif(source MATCHES "avx2\\.c$")
        set(flags "-mavx2")
      elseif(source MATCHES "aesni\\.c$")
        set(flags "-mavx;-maes;-mpclmul")
      elseif(source MATCHES "sse41\\.c$")
        set(flags "-msse4.1")
      elseif(source MATCHES "ssse3\\.c$")
        set(flags "-mssse3")
      else()
        continue()
      endif()
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${flags}")
    endforeach()
  endif()
endif()
