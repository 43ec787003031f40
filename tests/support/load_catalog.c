/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_catalog TIME NAME=PATH...: loads the program's catalogue into ISOBAR_DATABASE with these
 * of its files replaced, as an edition that comes with another version would be.  Prints how
 * many assets that has marked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/catalog.h"

enum {
	FILES_MAX = 32
};

static void read_whole(const char *path, struct strbuf *out)
{
	char part[65536];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		fprintf(stderr, "load_catalog: %s cannot be read\n", path);
		exit(1);
	}
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		strbuf_put(out, part, n);
	fclose(f);
}

static void replace(struct embedded_file *files, const char *argument, struct strbuf *text)
{
	const char *equal = strchr(argument, '=');
	size_t i = 0;

	while (equal && i < n_catalog_files &&
	       (strlen(files[i].name) != (size_t)(equal - argument) ||
	        strncmp(files[i].name, argument, (size_t)(equal - argument)) != 0))
		i++;
	if (!equal || i == n_catalog_files) {
		fprintf(stderr, "load_catalog: \"%s\" is no NAME=PATH\n", argument);
		exit(2);
	}
	read_whole(equal + 1, text);
	files[i].text = strbuf_text(text);
}

int main(int argc, char **argv)
{
	const struct pg_options options = {.conninfo = getenv("ISOBAR_DATABASE"),
	                                   .program = "load_catalog",
	                                   .groups = PG_GROUP_ADMIN};
	struct embedded_file files[FILES_MAX];
	struct strbuf texts[FILES_MAX] = {0};
	struct catalog_result result = {0};
	struct error err = {0};
	struct pg *pg = NULL;
	timestamp now;

	if (argc < 2 || argc > FILES_MAX || n_catalog_files > FILES_MAX ||
	    timestamp_parse(argv[1], &now, &err) < 0) {
		fputs("usage: load_catalog TIME NAME=PATH...\n", stderr);
		return 2;
	}
	memcpy(files, catalog_files, n_catalog_files * sizeof(files[0]));
	for (int i = 2; i < argc; i++)
		replace(files, argv[i], &texts[i]);
	int rc = pg_open(&options, &pg, &err);

	if (rc == 0)
		rc = catalog_load_files(pg, files, n_catalog_files, now, &result, &err);
	if (rc < 0)
		fprintf(stderr, "load_catalog: %s\n", err.text);
	else
		printf("%lld\n", (long long)result.n_marked);
	pg_close(pg);
	for (int i = 2; i < argc; i++)
		strbuf_done(&texts[i]);
	return rc < 0;
}
