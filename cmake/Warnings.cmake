# isobar::warnings: one list for gcc and clang (C), a short one for the single C++ file.
add_library(isobar_warnings INTERFACE)
add_library(isobar::warnings ALIAS isobar_warnings)

set(c_warnings -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	-Wold-style-definition -Wcast-qual -Wwrite-strings -Wpointer-arith -Wvla -Wundef
	-Wformat=2 -Wconversion -Wno-sign-conversion -Wdouble-promotion -Wimplicit-fallthrough)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	list(APPEND c_warnings -Wlogical-op -Wduplicated-cond -Wduplicated-branches
		-Wjump-misses-init -Wtrampolines -Wstringop-overflow=4 -Wformat-overflow=2
		-Wformat-truncation=2)
endif()
set(cxx_warnings -Wall -Wextra -Wshadow)
if(ISOBAR_WERROR)
	list(APPEND c_warnings -Werror)
	list(APPEND cxx_warnings -Werror)
endif()
target_compile_options(isobar_warnings INTERFACE
	$<$<COMPILE_LANGUAGE:C>:${c_warnings}> $<$<COMPILE_LANGUAGE:CXX>:${cxx_warnings}>)
