/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar token create: makes a key to the API and shows it this once, on stdout alone;
 * what is kept of it is its hash.
 */
#include "token_create.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/token_store.h"

#include "report.h"

#define NAME_MAX_SIZE 100
#define EXPIRES       "90d"
#define DAYS_MAX      3650
#define USEC_PER_DAY  (24 * USEC_PER_HOUR)
#define SYSTEM_NAME   "system" /* what follows from facts is by this actor */

static const char name_alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789._@+-";

/* clang-format off */
const char token_create_details[] =
	"\n"
	"  --role     viewer, analyst, approver, integrator, admin, auditor (docs/access.md)\n"
	"  --name     whose it is, a person or a service, who is made if new (default: token-ID)\n"
	"  --scope    account:ID or owner:NAME (default: the whole org)\n"
	"  --expires  30m, 12h, 90d, an RFC 3339 time, never (default: 90d)\n"
	"  --service, --person    what a new name is (default: a service)\n"
	"\n"
	"The token goes to stdout and is shown this once.\n";
/* clang-format on */

/* --- what is asked for --- */

struct create {
	struct cli *cli;
	struct token_new wanted;
	const char *expires; /* as given; --now may stand behind it */
	bool scope_given;
};

static bool take_role(struct create *c, const char *name)
{
	struct strbuf names = {0};
	enum role role;

	if (role_parse(name, &role) == 0) {
		c->wanted.roles |= 1u << role;
		return true;
	}
	for (int i = 0; i < N_ROLES; i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", role_name((enum role)i));
	cli_complain(c->cli, "--role is one or several of %s, not \"%s\"",
	             strbuf_text(&names), name);
	strbuf_done(&names);
	return false;
}

static bool take_roles(struct create *c, const char *list)
{
	for (const char *p = list;; p++) {
		const size_t size = strcspn(p, ",");

		if (!take_role(c, arena_strndup(c->cli->arena, p, size)))
			return false;
		p += size;
		if (*p == '\0')
			return true;
	}
}

static bool take_scope(struct create *c, const char *scope)
{
	struct access access = {0};
	struct error err;

	if (c->scope_given) {
		cli_complain(c->cli, "--scope can be given once");
		return false;
	}
	c->scope_given = true;
	c->wanted.scope = scope;
	/* "" would be the whole org: an empty variable of a script must not mean that. */
	if (*scope == '\0') {
		cli_complain(c->cli, "--scope is empty; leave it out for the whole org");
		return false;
	}
	if (access_add_grant(&access, ROLE_VIEWER, scope, c->cli->arena, &err) == 0)
		return true;
	cli_complain(c->cli, "--scope: %s", err.text);
	return false;
}

static bool take_name(struct create *c, const char *name)
{
	const size_t size = strlen(name);

	if (size > 0 && size <= NAME_MAX_SIZE && strspn(name, name_alphabet) == size &&
	    *name != '-' && strncmp(name, "iso_", 4) != 0 &&
	    strcmp(name, SYSTEM_NAME) != 0) {
		c->wanted.name = name;
		return true;
	}
	cli_complain(c->cli,
	             "--name has 1 to %d of letters, digits and ._@+-; it is neither "
	             "\"" SYSTEM_NAME "\" nor begins with - or iso_",
	             NAME_MAX_SIZE);
	return false;
}

/* "90d" from now on; false: it is no duration. */
static bool take_duration(struct create *c, const char *text)
{
	static const struct {
		const char *name;
		int64_t usec;
	} units[] = {{"m", 60 * USEC_PER_SEC}, {"h", USEC_PER_HOUR}, {"d", USEC_PER_DAY}};
	char *unit;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	const long n = strtol(text, &unit, 10);

	for (size_t i = 0; i < N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (errno || n <= 0 || n > DAYS_MAX * USEC_PER_DAY / units[i].usec)
			return false;
		c->wanted.expires_at = c->cli->now + n * units[i].usec;
		return true;
	}
	return false;
}

/* Once all options are read: a duration is from --now on. */
static bool settle_expiry(struct create *c)
{
	const char *text = c->expires;
	struct error err;
	timestamp at;

	c->wanted.now = c->cli->now;
	if (strcmp(text, "never") == 0) {
		c->wanted.expires_at = TIMESTAMP_NONE;
		return true;
	}
	if (take_duration(c, text))
		return true;
	if (timestamp_parse(text, &at, &err) < 0) {
		cli_complain(c->cli,
		             "--expires is a duration such as 30m, 12h or 90d (up to %dd), "
		             "an RFC 3339 time, or never, not \"%s\"",
		             DAYS_MAX, text);
		return false;
	}
	if (at <= c->cli->now) {
		cli_complain(c->cli, "--expires %s has passed", text);
		return false;
	}
	c->wanted.expires_at = at;
	return true;
}

static bool take_kind(struct create *c, enum principal_kind kind)
{
	if (c->wanted.kind_given && c->wanted.kind != kind) {
		cli_complain(c->cli, "--service and --person exclude each other");
		return false;
	}
	c->wanted.kind_given = true;
	c->wanted.kind = kind;
	return true;
}

static bool take_option(struct create *c, int option)
{
	switch (option) {
	case 'r':
		return take_roles(c, optarg);
	case 'n':
		return take_name(c, optarg);
	case 's':
		return take_scope(c, optarg);
	case 'e':
		c->expires = optarg;
		return true;
	case 'S':
		return take_kind(c, PRINCIPAL_SERVICE);
	case 'P':
		return take_kind(c, PRINCIPAL_PERSON);
	}
	return false;
}

static bool create_arguments(struct create *c, int argc, char **argv)
{
	static const struct option options[] = {{"role", required_argument, NULL, 'r'},
	                                        {"name", required_argument, NULL, 'n'},
	                                        {"scope", required_argument, NULL, 's'},
	                                        {"expires", required_argument, NULL, 'e'},
	                                        {"service", no_argument, NULL, 'S'},
	                                        {"person", no_argument, NULL, 'P'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1)
		if (!take_option(c, option))
			return false;
	if (optind < argc) {
		cli_complain(c->cli, "takes options only");
		return false;
	}
	if (c->wanted.roles == 0) {
		cli_complain(c->cli, "--role is needed: what the token is for");
		return false;
	}
	return settle_expiry(c);
}

/* --- the deed --- */

static void print_token(const struct create *c, const char *text)
{
	const struct token_new *t = &c->wanted;
	struct strbuf b = {0};

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "id", t->id);
		json_write_text(&b, "token", text);
		json_write_text(&b, "name", t->name);
		report_roles(&b, t->roles);
		json_write_stated(&b, "scope", t->scope);
		json_write_time(&b, "expires_at", t->expires_at);
		json_write_close(&b, '}');
	} else {
		strbuf_puts(&b, text);
	}
	report_line(&b);
	strbuf_done(&b);
}

static int show(const struct create *c, const char *text)
{
	const struct token_new *t = &c->wanted;
	char expires[TIMESTAMP_TEXT_MAX];

	print_token(c, text);
	const int ended = report_end(c->cli);

	if (ended != EXIT_DONE)
		cli_complain(c->cli, "nobody has seen the token: isobar token revoke %s",
		             t->id);
	else
		cli_note(c->cli,
		         "%s, id %s, expires %s; it is not shown again.  Send it as "
		         "\"Authorization: Bearer TOKEN\"",
		         t->name, t->id,
		         t->expires_at == TIMESTAMP_NONE
		                 ? "never"
		                 : timestamp_format(t->expires_at, expires));
	return ended;
}

static int create_with(struct create *c, const uint8_t *random)
{
	struct cli *cli = c->cli;
	struct token_new *t = &c->wanted;
	char text[API_TOKEN_SIZE + 1], id[API_TOKEN_ID_SIZE + 1];
	uint8_t hash[KEY_SHA256_SIZE];
	struct org org;
	struct error err;
	int exit_code;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_TOKEN, &org, &exit_code);

	if (!pg)
		return exit_code;
	api_token_make(random, text);
	int rc = api_token_parse(text, id, &err);

	api_token_hash(text, hash);
	t->id = id;
	t->hash = hash;
	t->principal_id = key_new(cli->now, random + API_TOKEN_RANDOM_SIZE);
	if (!t->name)
		t->name = arena_printf(cli->arena, "token-%s", id);
	if (rc == 0)
		rc = token_create(pg, &org, t, &err);
	pg_close(pg);
	exit_code = rc < 0 ? cli_fail(cli, &err) : show(c, text);
	explicit_bzero(text, sizeof(text));
	return exit_code;
}

int token_create_run(struct cli *cli, int argc, char **argv)
{
	struct create c = {.cli = cli, .wanted = {.scope = ""}, .expires = EXPIRES};
	uint8_t random[API_TOKEN_RANDOM_SIZE + KEY_RANDOM_SIZE];

	if (!create_arguments(&c, argc, argv))
		return EXIT_USAGE;
	c.wanted.actor = cli_local_actor(cli->arena);
	if (getentropy(random, sizeof(random)) != 0) {
		cli_complain(cli, "the system gives no random bytes: %s", strerror(errno));
		return EXIT_FAILED;
	}
	const int exit_code = create_with(&c, random);

	explicit_bzero(random, sizeof(random));
	return exit_code;
}
