/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders as they stand on a command line.
 */
#include "file_list.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/strbuf.h"

#define DEPTH_MAX 32 /* folders within folders */

static void add_path(struct file_list *l, const char *path)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->paths = xrealloc(l->paths, l->room * sizeof(*l->paths));
	}
	l->paths[l->n++] = xstrdup(path);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void walk(struct file_list *l, const char *path, int depth)
{
	struct stat st;
	struct dirent **entries;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode) || depth > DEPTH_MAX) {
		add_path(l, path);
		return;
	}
	const int n = scandir(path, &entries, visible, alphasort);

	if (n < 0) {
		add_path(l, path); /* opening it will say what is wrong */
		return;
	}
	for (int i = 0; i < n; i++) {
		struct strbuf name = {0};

		strbuf_printf(&name, "%s%s%s", path,
		              path[strlen(path) - 1] == '/' ? "" : "/", entries[i]->d_name);
		walk(l, name.data, depth + 1);
		strbuf_done(&name);
		free(entries[i]);
	}
	free(entries);
}

void file_list_walk(struct file_list *l, const char *path)
{
	walk(l, path, 0);
}

void file_list_done(struct file_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->paths[i]);
	free(l->paths);
	*l = (struct file_list){0};
}
