# Headers made at build time, each a library to LINK:
#   sinetti_shaders  "generated/shaders.h"  shaders/*.vert, *.frag as string constants
#   sinetti_icons    "generated/icons.h"    web/icons.txt as UTF-8 constants of the icon font's code points

find_program(SINETTI_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(SINETTI_PYTHON NAMES python3 REQUIRED)
set(generated ${PROJECT_BINARY_DIR}/include/generated)
file(MAKE_DIRECTORY ${generated})

function(sinetti_generated name header)
  add_custom_target(generate_${name} DEPENDS ${generated}/${header})
  add_library(sinetti_${name} INTERFACE)
  target_include_directories(sinetti_${name} INTERFACE ${PROJECT_BINARY_DIR}/include)
  add_dependencies(sinetti_${name} generate_${name})
endfunction()

file(GLOB shaders CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/shaders/*.vert ${PROJECT_SOURCE_DIR}/shaders/*.frag)
add_custom_command(OUTPUT ${generated}/shaders.h
  COMMAND ${SINETTI_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/embed ${generated}/shaders.h ${shaders}
  DEPENDS ${PROJECT_SOURCE_DIR}/scripts/embed ${shaders} VERBATIM)
sinetti_generated(shaders shaders.h)

add_custom_command(OUTPUT ${generated}/icons.h
  COMMAND ${SINETTI_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/icons ${PROJECT_SOURCE_DIR}/web/icons.txt ${generated}/icons.h
  DEPENDS ${PROJECT_SOURCE_DIR}/scripts/icons ${PROJECT_SOURCE_DIR}/web/icons.txt VERBATIM)
sinetti_generated(icons icons.h)
