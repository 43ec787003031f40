# isobar::sanitizers: ISOBAR_SANITIZE=address,undefined; a finding ends the test.
add_library(isobar_sanitizers INTERFACE)
add_library(isobar::sanitizers ALIAS isobar_sanitizers)
if(ISOBAR_SANITIZE)
	target_compile_options(isobar_sanitizers INTERFACE -fsanitize=${ISOBAR_SANITIZE}
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(isobar_sanitizers INTERFACE -fsanitize=${ISOBAR_SANITIZE})
endif()
