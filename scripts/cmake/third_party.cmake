# Third-party code, each as one target: sodium, imgui, qrcodegen, nlohmann_json, doctest.
# The sources are Debian's source and header packages, unpacked by scripts/sources into a cache outside the repository
# that all clones share. Compiled without our warnings and sanitizers, always optimised and without debug information,
# so that every build folder gets the same objects from the compiler cache.

foreach(needed libsodium/src/libsodium/include/sodium.h imgui/imgui.h qrcodegen/cpp/qrcodegen.hpp
        include/nlohmann/json.hpp include/doctest/doctest.h)
  if(NOT EXISTS ${SINETTI_CACHE}/sources/${needed})
    message(FATAL_ERROR "${SINETTI_CACHE}/sources/${needed} is missing: run scripts/install")
  endif()
endforeach()

add_library(third_party_flags INTERFACE)
target_compile_options(third_party_flags INTERFACE -w -g0 -O3)
# What draws a few times a second: for a browser the size of the download counts more.
add_library(third_party_drawing_flags INTERFACE)
target_compile_options(third_party_drawing_flags INTERFACE -w -g0 $<IF:$<BOOL:${EMSCRIPTEN}>,-Os,-O3>)

# --- header-only ---------------------------------------------------------------------------------------------------
add_library(nlohmann_json INTERFACE)
target_include_directories(nlohmann_json SYSTEM INTERFACE ${SINETTI_CACHE}/sources/include)
target_compile_definitions(nlohmann_json INTERFACE JSON_NOEXCEPTION JSON_USE_IMPLICIT_CONVERSIONS=0)

add_library(doctest INTERFACE)
target_include_directories(doctest SYSTEM INTERFACE ${SINETTI_CACHE}/sources/include)
target_compile_definitions(doctest INTERFACE DOCTEST_CONFIG_SUPER_FAST_ASSERTS) # a call for each assertion, not a block of code

include(third_party_sodium)

# --- Dear ImGui: the core alone; our own renderer and input layer stand in for its backends ------------------------
set(imgui ${SINETTI_CACHE}/sources/imgui)
add_library(imgui STATIC EXCLUDE_FROM_ALL
  ${imgui}/imgui.cpp ${imgui}/imgui_draw.cpp ${imgui}/imgui_tables.cpp ${imgui}/imgui_widgets.cpp)
target_include_directories(imgui SYSTEM PUBLIC ${imgui})
target_compile_definitions(imgui PUBLIC
  IMGUI_DISABLE_OBSOLETE_FUNCTIONS IMGUI_DISABLE_DEMO_WINDOWS IMGUI_DISABLE_DEBUG_TOOLS
  IMGUI_DISABLE_DEFAULT_SHELL_FUNCTIONS IMGUI_DISABLE_FILE_FUNCTIONS IMGUI_USE_WCHAR32
  "ImDrawIdx=unsigned int") # WebGL2 has no base vertex, and a large screen has more than 65,536 of them
target_compile_options(imgui PRIVATE -fno-exceptions -fno-rtti)
target_link_libraries(imgui PRIVATE third_party_drawing_flags)

# --- QR codes -------------------------------------------------------------------------------------------------------
set(qrcodegen ${SINETTI_CACHE}/sources/qrcodegen/cpp)
add_library(qrcodegen STATIC EXCLUDE_FROM_ALL ${qrcodegen}/qrcodegen.cpp)
target_include_directories(qrcodegen SYSTEM PUBLIC ${qrcodegen})
target_link_libraries(qrcodegen PRIVATE third_party_drawing_flags)
