/* SPDX-License-Identifier: Apache-2.0 */
/* How secrets and the key that seals them come in. */
#include "secret_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "store/key_file.h"
#include "store/source_secrets.h"

#include "cluster.h"

#define CTRL_C 3

void secret_input_done(struct strbuf *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->room);
	strbuf_done(secret);
}

/* All of it, in memory that is not moved: no copy stays behind. */
static bool read_all(struct cli *cli, int fd, const char *key, const char *what,
                     struct strbuf *out)
{
	ssize_t n;

	strbuf_reserve(out, SEALED_SECRET_MAX + 2);
	while ((n = read(fd, out->data + out->size, SEALED_SECRET_MAX + 2 - out->size)) !=
	       0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			cli_complain(cli, "%s: %s: %s", key, what, strerror(errno));
			return false;
		}
		out->size += (size_t)n;
	}
	out->data[out->size] = '\0';
	return true;
}

static bool read_file(struct cli *cli, const char *key, const char *path,
                      struct strbuf *out)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		cli_complain(cli, "%s: %s: %s", key, path, strerror(errno));
		return false;
	}
	const bool ok = read_all(cli, fd, key, path, out);

	close(fd);
	return ok;
}

/* Ctrl-C ends the line instead of the program, which would leave the echo off. */
static bool ask(struct cli *cli, const char *key, struct strbuf *out)
{
	const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios before, quiet;
	ssize_t n;

	if (fd < 0 || tcgetattr(fd, &before) < 0) {
		cli_complain(cli,
		             "there is no terminal to ask for %s: give --secret %s=@FILE, "
		             "or --secret %s=- for stdin",
		             key, key, key);
		if (fd >= 0)
			close(fd);
		return false;
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_lflag |= ICANON;
	quiet.c_cc[VEOL] = CTRL_C;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "%s: ", key);
	strbuf_reserve(out, SEALED_SECRET_MAX + 2);
	n = read(fd, out->data, SEALED_SECRET_MAX);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	close(fd);
	out->size = n > 0 ? (size_t)n : 0;
	out->data[out->size] = '\0';
	if (out->size && !memchr(out->data, CTRL_C, out->size))
		return true;
	cli_complain(cli, "%s was not given", key);
	return false;
}

bool secret_input(struct cli *cli, const char *key, const char *from, struct strbuf *out)
{
	bool ok;

	strbuf_reset(out);
	if (!from)
		ok = ask(cli, key, out);
	else if (*from == '@')
		ok = read_file(cli, key, from + 1, out);
	else
		ok = read_all(cli, STDIN_FILENO, key, "stdin", out);
	if (!ok) {
		secret_input_done(out);
		return false;
	}
	if (out->size && out->data[out->size - 1] == '\n')
		out->data[--out->size] = '\0';
	if (out->size && out->data[out->size - 1] == '\r')
		out->data[--out->size] = '\0';
	return true;
}

/* --- the key --- */

/* A new one must not hide that the one in use is elsewhere. */
static bool may_make(struct cli *cli, struct pg *pg, const char *path, int *exit_out)
{
	const char *name = "";
	struct error err;

	if (source_secrets_other_key(pg, "", cli->arena, &name, &err) < 0) {
		*exit_out = cli_fail(cli, &err);
		return false;
	}
	if (!*name)
		return true;
	cli_complain(cli,
	             "the key %s seals the secrets of this database, and there is no key "
	             "file %s: put its file there, or name it in ISOBAR_KEY_FILE",
	             name, path);
	*exit_out = EXIT_FAILED;
	return false;
}

static int make_key(struct cli *cli, const char *path, struct master_key *out)
{
	struct error err;
	int rc = cluster_make_folder(cli_state_dir(cli->arena), &err);

	if (rc == 0)
		rc = key_file_make(path, out, &err);
	if (rc == ERR_CONFLICT) /* another program was first */
		rc = key_file_read(path, out, &err);
	else if (rc == 0)
		cli_note(cli,
		         "made the key %s in %s: it seals the secrets of sources; keep a "
		         "copy of it, apart from the database",
		         out->name, path);
	return rc < 0 ? cli_fail(cli, &err) : EXIT_DONE;
}

int secret_key_open(struct cli *cli, struct pg *pg, struct master_key *out)
{
	const struct key_file file = key_file_find(cli_state_dir(cli->arena), cli->arena);
	struct error err;
	const int rc = key_file_read(file.path, out, &err);
	int exit_code;

	if (rc == 0)
		return EXIT_DONE;
	if (rc != ERR_NOT_FOUND || !file.is_ours)
		return cli_fail(cli, &err);
	return may_make(cli, pg, file.path, &exit_code) ? make_key(cli, file.path, out)
	                                                : exit_code;
}

int secret_key_ready(struct cli *cli)
{
	const struct key_file file = key_file_find(cli_state_dir(cli->arena), cli->arena);
	struct master_key key;
	struct error err;
	int exit_code = EXIT_DONE;

	if (file.is_ours && key_file_read(file.path, &key, &err) == ERR_NOT_FOUND)
		exit_code = make_key(cli, file.path, &key);
	master_key_done(&key);
	return exit_code;
}
