# isobar::hardening: what a network-facing C program is built with.  Assertions stay on in
# every build type: a broken invariant ends a supervised process, it does not go on wrong.
add_library(isobar_hardening INTERFACE)
add_library(isobar::hardening ALIAS isobar_hardening)

foreach(lang C CXX)
	foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
		string(REPLACE "-DNDEBUG" "" CMAKE_${lang}_FLAGS_${type} "${CMAKE_${lang}_FLAGS_${type}}")
	endforeach()
endforeach()

target_compile_options(isobar_hardening INTERFACE -fstack-protector-strong -fstack-clash-protection
	$<$<C_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero>)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
	target_compile_options(isobar_hardening INTERFACE -fcf-protection=full)
endif()
target_link_options(isobar_hardening INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
if(NOT ISOBAR_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
		target_compile_options(isobar_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
	else()
		target_compile_options(isobar_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
	endif()
endif()
