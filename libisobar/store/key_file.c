/* SPDX-License-Identifier: Apache-2.0 */
/* The file of the master key: found, read, made. */
#include "store/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 256 /* a key and what white space stands around it */

struct key_file key_file_find(const char *state_dir, struct arena *a)
{
	const char *named = getenv("ISOBAR_KEY_FILE"),
	           *credentials = getenv("CREDENTIALS_DIRECTORY");

	if (named && *named)
		return (struct key_file){.path = arena_strdup(a, named)};
	if (credentials && *credentials) {
		const char *path = arena_printf(a, "%s/isobar.key", credentials);

		if (access(path, F_OK) == 0)
			return (struct key_file){.path = path};
	}
	return (struct key_file){.path = arena_printf(a, "%s/key", state_dir),
	                         .is_ours = true};
}

/* As PostgreSQL has it for keys of TLS: root's files reach a program by its group. */
static int check_mode(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_INVALID, "the key file %s is no plain file",
		                 path);
	if (st.st_mode & (st.st_uid == 0 ? S_IRWXO | S_IWGRP : S_IRWXO | S_IRWXG))
		return error_set(err, ERR_DENIED,
		                 "the key file %s is open to others than its owner: chmod "
		                 "600 it",
		                 path);
	return 0;
}

static int read_key(int fd, const char *path, struct master_key *out, struct error *err)
{
	char text[FILE_MAX + 1];
	size_t size = 0;
	ssize_t n;

	while ((n = read(fd, text + size, FILE_MAX - size)) > 0 ||
	       (n < 0 && errno == EINTR))
		size += n > 0 ? (size_t)n : 0;
	text[size] = '\0';
	if (n < 0)
		error_set(err, ERR_DENIED, "the key file %s: %s", path, strerror(errno));
	else if (size == FILE_MAX || master_key_parse(text, out, err) < 0)
		error_set(err, ERR_INVALID,
		          "the key file %s holds no key: 32 random bytes as 64 hex digits "
		          "or as base64",
		          path);
	else
		err->code = (enum error_code)0;
	explicit_bzero(text, sizeof(text));
	return err->code;
}

int key_file_read(const char *path, struct master_key *out, struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc;

	if (fd < 0)
		return error_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_DENIED,
		                 "the key file %s: %s", path, strerror(errno));
	*err = (struct error){0};
	if ((rc = check_mode(fd, path, err)) == 0)
		rc = read_key(fd, path, out, err);
	close(fd);
	return rc;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		const ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return -1;
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd);
}

/* A link that is there already fails, so that of two programs one makes the key. */
int key_file_make(const char *path, struct master_key *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	const char *fresh = arena_printf(a, "%s.%ld", path, (long)getpid());
	uint8_t random[MASTER_KEY_SIZE];
	char text[MASTER_KEY_TEXT_MAX + 1];
	int failed = 0;

	if (getentropy(random, sizeof(random)) != 0)
		return error_set(err, ERR_INTERNAL, "the system gives no random bytes: %s",
		                 strerror(errno));
	master_key_make(random, out);
	explicit_bzero(random, sizeof(random));
	master_key_text(out, text);
	text[MASTER_KEY_TEXT_MAX - 1] = '\n';
	unlink(fresh);
	const int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || write_all(fd, text, MASTER_KEY_TEXT_MAX) < 0 || link(fresh, path) < 0)
		failed = errno;
	explicit_bzero(text, sizeof(text));
	if (fd >= 0) {
		close(fd);
		unlink(fresh);
	}
	if (failed)
		return error_set(err, failed == EEXIST ? ERR_CONFLICT : ERR_INTERNAL,
		                 "the key file %s: %s", path, strerror(failed));
	return 0;
}
