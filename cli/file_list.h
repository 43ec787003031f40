/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FILE_LIST_H
#define ISOBAR_FILE_LIST_H

#include <stddef.h>

/* The files that a command was given: folders are walked. */
struct file_list {
	char **paths;
	size_t n, room;
};

/*
 * Adds a file, or all files of a folder in the order of their names, so that a walk is
 * the same everywhere.  Hidden ones are left out.  What cannot be read is added too:
 * opening it will say what is wrong.
 */
void file_list_walk(struct file_list *l, const char *path);
void file_list_done(struct file_list *l);

#endif
