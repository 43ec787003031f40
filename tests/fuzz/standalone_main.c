/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target on files, so that its corpus is a test in every build, not only under
 * libFuzzer: each argument is a file or a folder of files (not walked deeper).  A crash or a
 * sanitizer's report fails the test; so does a corpus without inputs, which would test nothing.
 */
#define _GNU_SOURCE /* asprintf */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What every target defines; libFuzzer gives it no header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat info;
	if (!file || fstat(fileno(file), &info) != 0) {
		perror(path);
		if (file)
			fclose(file);
		return false;
	}

	/* Exactly as large as the input, so that ASan sees one byte too far. */
	size_t size = (size_t)info.st_size;
	uint8_t *data = malloc(size > 0 ? size : 1);
	bool whole = data && fread(data, 1, size, file) == size;
	fclose(file);
	if (whole)
		LLVMFuzzerTestOneInput(data, size);
	else
		fprintf(stderr, "%s: cannot be read\n", path);
	free(data);
	return whole;
}

/* Returns how many inputs ran; -1 when one could not be read. */
static int run_folder(const char *path)
{
	DIR *folder = opendir(path);
	if (!folder) {
		perror(path);
		return -1;
	}

	int n = 0;
	const struct dirent *entry;
	while (n >= 0 && (entry = readdir(folder))) {
		char *name = NULL;
		struct stat info;
		if (asprintf(&name, "%s/%s", path, entry->d_name) < 0)
			n = -1;
		else if (stat(name, &info) == 0 && S_ISREG(info.st_mode))
			n = run_file(name) ? n + 1 : -1;
		free(name);
	}
	closedir(folder);
	return n;
}

int main(int argc, char **argv)
{
	int n = 0;
	for (int i = 1; i < argc; i++) {
		struct stat info;
		int ran = -1;
		if (stat(argv[i], &info) != 0)
			perror(argv[i]);
		else if (S_ISDIR(info.st_mode))
			ran = run_folder(argv[i]);
		else
			ran = run_file(argv[i]) ? 1 : -1;
		if (ran < 0)
			return EXIT_FAILURE;
		n += ran;
	}
	printf("%d inputs\n", n);
	return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
