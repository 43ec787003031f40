# embed_statements(target dir): every dir/<group>/<name>.sql becomes STMT_<NAME> of the generated
# store/statements.h and a row of statements.c: name, group and text, in the order of the names.
# embed_texts(target symbol dir files...): a table {name, text, size} of files, for migrations
# and the catalogue, so that the programs need no files beside them.
set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)

function(embed_statements target dir)
	file(GLOB_RECURSE files RELATIVE ${dir} CONFIGURE_DEPENDS ${dir}/*.sql)
	list(SORT files)
	set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/store)
	list(TRANSFORM files PREPEND ${dir}/ OUTPUT_VARIABLE paths)
	add_custom_command(OUTPUT ${out}/statements.h ${out}/statements.c
		COMMAND ${CMAKE_COMMAND} -DMODE=statements -DDIR=${dir} -DOUT=${out} -P ${EMBED_SCRIPT}
		DEPENDS ${paths} ${EMBED_SCRIPT} VERBATIM)
	target_sources(${target} PRIVATE ${out}/statements.h ${out}/statements.c)
	target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()

function(embed_texts target symbol dir)
	set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/embed_${symbol}.c)
	list(TRANSFORM ARGN PREPEND ${dir}/ OUTPUT_VARIABLE paths)
	list(JOIN ARGN "," names)
	add_custom_command(OUTPUT ${out}
		COMMAND ${CMAKE_COMMAND} -DMODE=texts -DSYMBOL=${symbol} -DDIR=${dir} -DNAMES=${names}
			-DOUT=${out} -P ${EMBED_SCRIPT}
		DEPENDS ${paths} ${EMBED_SCRIPT} VERBATIM)
	target_sources(${target} PRIVATE ${out})
endfunction()
