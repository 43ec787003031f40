/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of isobar source add and set.  All is checked before a secret is asked for,
 * and nothing that may be a secret is repeated in a message.
 */
#include "source_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "report.h"
#include "secret_input.h"

#define EVERY_USUAL 3600
#define EVERY_LEAST 60
#define EVERY_MOST  (30 * 86400)
#define MISSES_MOST 100

static const struct {
	char letter;
	int64_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

const char *source_every_text(int64_t seconds, struct arena *a)
{
	size_t i = 0;

	while (seconds % units[i].seconds)
		i++;
	return arena_printf(a, "%lld%c", (long long)(seconds / units[i].seconds),
	                    units[i].letter);
}

/* --- reading --- */

/* KEY=VALUE; from NULL: there is no "=". */
static struct source_given split(const char *text, struct arena *a)
{
	const size_t size = strcspn(text, "=");

	return (struct source_given){.key = arena_strndup(a, text, size),
	                             .from = text[size] ? text + size + 1 : NULL};
}

static bool is_given(const struct source_given *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].key, key) == 0)
			return true;
	return false;
}

static bool take_once(struct source_options *o, struct source_given *list, size_t *n,
                      struct source_given given)
{
	if (is_given(list, *n, given.key)) {
		cli_complain(o->cli, "%s is given twice",
		             report_plain(given.key, o->cli->arena));
		return false;
	}
	list[(*n)++] = given;
	return true;
}

static bool take_set(struct source_options *o, const char *text)
{
	const struct source_given given = split(text, o->cli->arena);

	if (!given.from) {
		cli_complain(o->cli, "--set wants KEY=VALUE");
		return false;
	}
	return take_once(o, o->settings, &o->n_settings, given);
}

static bool take_secret(struct source_options *o, const char *text)
{
	const struct source_given given = split(text, o->cli->arena);

	if (given.from && strcmp(given.from, "-") != 0 &&
	    (*given.from != '@' || !given.from[1])) {
		cli_complain(o->cli,
		             "--secret %s=… wants @FILE, or - for stdin, or no \"=\" to be "
		             "asked; never the secret itself, which others see on a "
		             "command line: make a new one",
		             report_plain(given.key, o->cli->arena));
		return false;
	}
	for (size_t i = 0; given.from && *given.from == '-' && i < o->n_secrets; i++) {
		if (!o->secrets[i].from || *o->secrets[i].from != '-')
			continue;
		cli_complain(o->cli, "one secret can come from stdin, not %s too",
		             report_plain(given.key, o->cli->arena));
		return false;
	}
	return take_once(o, o->secrets, &o->n_secrets, given);
}

static bool take_option(struct source_options *o, int option)
{
	switch (option) {
	case 'c':
		o->connector = optarg;
		return true;
	case 's':
		return take_set(o, optarg);
	case 'S':
		return take_secret(o, optarg);
	case 'u':
		o->unset[o->n_unset++] = optarg;
		return true;
	case 'e':
		return take_once(o, o->settings, &o->n_settings,
		                 (struct source_given){"endpoint", optarg});
	case 'v':
		o->every = optarg;
		return true;
	case 'm':
		o->misses = optarg;
		return true;
	}
	return false;
}

bool source_options_read(struct source_options *o, int argc, char **argv)
{
	static const struct option options[] = {{"connector", required_argument, NULL, 'c'},
	                                        {"set", required_argument, NULL, 's'},
	                                        {"secret", required_argument, NULL, 'S'},
	                                        {"unset", required_argument, NULL, 'u'},
	                                        {"endpoint", required_argument, NULL, 'e'},
	                                        {"every", required_argument, NULL, 'v'},
	                                        {"misses", required_argument, NULL, 'm'},
	                                        CLI_COMMON_OPTIONS};
	struct arena *a = o->cli->arena;
	int option;

	o->settings = ARENA_ARRAY(a, struct source_given, (size_t)argc);
	o->secrets = ARENA_ARRAY(a, struct source_given, (size_t)argc);
	o->unset = ARENA_ARRAY(a, const char *, (size_t)argc);
	while ((option = cli_getopt(o->cli, argc, argv, options)) != -1)
		if (!take_option(o, option))
			return false;
	if (argc - optind != 1) {
		cli_complain(o->cli, "wants one NAME");
		return false;
	}
	o->name = argv[optind];
	return true;
}

void source_options_done(struct source_options *o)
{
	for (size_t i = 0; o->opened && i < o->n_secrets; i++)
		secret_input_done(&o->opened[i]);
	free(o->opened);
	o->opened = NULL;
}

/* --- checking --- */

static bool complain(const struct source_options *o, const struct error *err)
{
	cli_complain(o->cli, "%s", report_plain(err->text, o->cli->arena));
	return false;
}

/* "1h", "never": seconds, 0 for never. */
static bool settle_every(const struct source_options *o, int64_t *out)
{
	char *unit;

	if (!o->every)
		return true;
	if (strcmp(o->every, "never") == 0) {
		*out = 0;
		return true;
	}
	errno = 0;
	const long n = isdigit((unsigned char)*o->every) ? strtol(o->every, &unit, 10) : 0;

	for (size_t i = 0; n > 0 && !errno && i < N_ELEMENTS(units); i++) {
		if (unit[0] != units[i].letter || unit[1] ||
		    n > EVERY_MOST / units[i].seconds || n * units[i].seconds < EVERY_LEAST)
			continue;
		*out = n * units[i].seconds;
		return true;
	}
	cli_complain(o->cli,
	             "--every is a time such as 15m, 1h or 1d, from 1m to 30d, or never, "
	             "not \"%s\"",
	             report_plain(o->every, o->cli->arena));
	return false;
}

static bool settle_misses(const struct source_options *o, int *out)
{
	long long n;

	if (!o->misses)
		return true;
	if (strcmp(o->misses, "usual") == 0) {
		*out = 0;
		return true;
	}
	if (!cli_number(o->cli, "--misses", o->misses, 1, MISSES_MOST, &n))
		return false;
	*out = (int)n;
	return true;
}

static bool check_settings(const struct source_options *o, const struct connector *c)
{
	const struct source_setting *s;
	struct error err;

	for (size_t i = 0; i < o->n_settings; i++) {
		if (source_check_key(c, o->settings[i].key, &s, &err) < 0)
			return complain(o, &err);
		if (s->flags & SOURCE_SECRET) {
			cli_complain(o->cli,
			             "%s is a secret: give --secret %s=@FILE, --secret "
			             "%s=- for stdin, or --secret %s to be asked; others "
			             "have seen the one on this command line: make a new "
			             "one",
			             s->key, s->key, s->key, s->key);
			return false;
		}
		if (source_check_value(s, o->settings[i].from, &err) < 0)
			return complain(o, &err);
	}
	return true;
}

static bool check_secrets(const struct source_options *o, const struct connector *c)
{
	const struct source_setting *s;
	struct error err;

	for (size_t i = 0; i < o->n_secrets; i++) {
		if (source_check_key(c, o->secrets[i].key, &s, &err) < 0)
			return complain(o, &err);
		if (s->flags & SOURCE_SECRET)
			continue;
		cli_complain(o->cli, "%s is no secret: give --set %s=VALUE", s->key,
		             s->key);
		return false;
	}
	return true;
}

static bool check_unset(const struct source_options *o, const struct connector *c)
{
	const struct source_setting *s;
	struct error err;

	for (size_t i = 0; i < o->n_unset; i++) {
		if (source_check_key(c, o->unset[i], &s, &err) < 0)
			return complain(o, &err);
		if (!is_given(o->settings, o->n_settings, s->key) &&
		    !is_given(o->secrets, o->n_secrets, s->key))
			continue;
		cli_complain(o->cli, "%s is given and unset at once", s->key);
		return false;
	}
	return true;
}

/* --- the wish --- */

static bool is_unset(const struct source_options *o, const char *key)
{
	for (size_t i = 0; i < o->n_unset; i++)
		if (strcmp(o->unset[i], key) == 0)
			return true;
	return false;
}

/* What it has and keeps, then what is given. */
static void put_settings(const struct source_options *o, const struct source_pair *pairs,
                         size_t n_pairs, struct source_wish *out)
{
	struct source_pair *all =
	        ARENA_ARRAY(o->cli->arena, struct source_pair, n_pairs + o->n_settings + 1);
	size_t n = 0;

	for (size_t i = 0; i < n_pairs; i++)
		if (!is_given(o->settings, o->n_settings, pairs[i].key) &&
		    !is_unset(o, pairs[i].key))
			all[n++] = pairs[i];
	for (size_t i = 0; i < o->n_settings; i++)
		all[n++] = (struct source_pair){o->settings[i].key, o->settings[i].from};
	out->settings = all;
	out->n_settings = n;
}

static bool check_complete(const struct source_options *o, const struct connector *c,
                           const struct live_row *row, const struct source_wish *wish)
{
	const size_t n_had = row ? row->n_secrets : 0;
	const char **keys = ARENA_ARRAY(o->cli->arena, const char *,
	                                wish->n_settings + o->n_secrets + n_had + 1);
	struct error err;
	size_t n = 0;

	for (size_t i = 0; i < wish->n_settings; i++)
		keys[n++] = wish->settings[i].key;
	for (size_t i = 0; i < o->n_secrets; i++)
		keys[n++] = o->secrets[i].key;
	for (size_t i = 0; i < n_had; i++)
		if (!is_unset(o, row->secrets[i]))
			keys[n++] = row->secrets[i];
	return source_check_complete(c, keys, n, &err) == 0 || complain(o, &err);
}

bool source_options_settle(struct source_options *o, const struct connector *connector,
                           const struct live_row *row, const struct source_pair *pairs,
                           size_t n_pairs, struct source_wish *out)
{
	*out = (struct source_wish){.name = o->name,
	                            .connector = connector->name,
	                            .interval_s = row ? row->interval_s : EVERY_USUAL,
	                            .misses = row ? row->misses : 0,
	                            .forgotten = o->unset,
	                            .n_forgotten = o->n_unset};
	if (!check_settings(o, connector) || !check_secrets(o, connector) ||
	    !check_unset(o, connector) || !settle_every(o, &out->interval_s) ||
	    !settle_misses(o, &out->misses))
		return false;
	put_settings(o, pairs, n_pairs, out);
	return check_complete(o, connector, row, out);
}

bool source_options_open(struct source_options *o, const struct connector *connector,
                         struct source_wish *wish)
{
	struct secret_text *all =
	        ARENA_ARRAY(o->cli->arena, struct secret_text, o->n_secrets + 1);
	const struct source_setting *s;
	struct error err;

	o->opened = xcalloc(o->n_secrets + 1, sizeof(*o->opened));
	for (size_t i = 0; i < o->n_secrets; i++) {
		const char *key = o->secrets[i].key;
		struct strbuf *b = &o->opened[i];

		if (!secret_input(o->cli, key, o->secrets[i].from, b))
			return false;
		if (source_check_key(connector, key, &s, &err) < 0 ||
		    source_check_secret(s, strbuf_text(b), b->size, &err) < 0)
			return complain(o, &err);
		all[i] = (struct secret_text){key, strbuf_text(b), b->size};
	}
	wish->secrets = all;
	wish->n_secrets = o->n_secrets;
	return true;
}
