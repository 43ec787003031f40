/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key to the api for whoever started everything: of the role admin, without an end,
 * as the file and the database's socket are theirs anyway.
 */
#include "up_token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "store/token_store.h"

#define UP_NAME "isobar-up"

/* "" when there is none, or no token in it. */
static const char *read_token(const char *path, char id[API_TOKEN_ID_SIZE + 1],
                              struct arena *a)
{
	char text[API_TOKEN_SIZE + 2] = "";
	FILE *f = fopen(path, "re");
	struct error err;

	if (!f)
		return "";
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return api_token_parse(text, id, &err) == 0 ? arena_strdup(a, text) : "";
}

/* Never half written. */
static int write_token(const char *path, const char *token, struct arena *a,
                       struct error *err)
{
	const char *fresh = arena_printf(a, "%s.new", path);
	const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", fresh, strerror(errno));
	const bool written = dprintf(fd, "%s\n", token) > 0;

	if (close(fd) < 0 || !written || rename(fresh, path) < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	return 0;
}

/* 1: the database knows the id and it opens; 0: not; or an error. */
static int is_active(struct cli *cli, struct pg *pg, const struct org *org, const char *id,
                     struct error *err)
{
	const struct token_row *after = NULL;
	struct token_page page;

	do {
		if (token_list_next(pg, org, after, cli->arena, &page, err) < 0)
			return err->code;
		for (size_t i = 0; i < page.n; i++) {
			const struct token_row *r = &page.rows[i];

			if (strcmp(r->id, id) == 0)
				return api_token_state_at(r->expires_at, r->revoked_at,
				                          r->principal_enabled,
				                          cli->now) == API_TOKEN_ACTIVE;
		}
		after = page.n ? &page.rows[page.n - 1] : NULL;
	} while (after);
	return 0;
}

static int make_token(struct cli *cli, struct pg *pg, const struct org *org,
                      const char **out, struct error *err)
{
	char *token = arena_alloc(cli->arena, API_TOKEN_SIZE + 1);
	char id[API_TOKEN_ID_SIZE + 1];
	uint8_t random[API_TOKEN_RANDOM_SIZE + KEY_SIZE], hash[KEY_SHA256_SIZE];
	struct token_new wanted = {.id = id,
	                           .hash = hash,
	                           .name = UP_NAME,
	                           .roles = 1u << ROLE_ADMIN,
	                           .scope = "",
	                           .actor = UP_NAME,
	                           .now = cli->now,
	                           .expires_at = TIMESTAMP_NONE};
	int rc;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set(err, ERR_INTERNAL, "getrandom: %s", strerror(errno));
	memcpy(wanted.principal_id.bytes, random + API_TOKEN_RANDOM_SIZE, KEY_SIZE);
	api_token_make(random, token);
	if ((rc = api_token_parse(token, id, err)) < 0)
		return rc;
	api_token_hash(token, hash);
	*out = token;
	return token_create(pg, org, &wanted, err);
}

static int token_of(struct cli *cli, struct pg *pg, const struct org *org,
                    const char *state_dir, const char **out, struct error *err)
{
	const char *path = arena_printf(cli->arena, "%s/token", state_dir);
	char id[API_TOKEN_ID_SIZE + 1];
	int rc;

	*out = read_token(path, id, cli->arena);
	if (**out && (rc = is_active(cli, pg, org, id, err)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = make_token(cli, pg, org, out, err)) < 0)
		return rc;
	return write_token(path, *out, cli->arena, err);
}

const char *up_token(struct cli *cli, const char *state_dir, int *exit_out)
{
	struct org org;
	struct error err;
	const char *token = NULL;
	struct pg *pg = cli_connect(cli, "isobar_operator", PG_GROUP_TOKEN, &org, exit_out);

	if (!pg)
		return NULL;
	if (token_of(cli, pg, &org, state_dir, &token, &err) < 0) {
		*exit_out = cli_fail(cli, &err);
		token = NULL;
	}
	pg_close(pg);
	return token;
}
