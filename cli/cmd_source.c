/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar source: live sources, what they need, when they run, and what is not seen.
 * Here they are configured; what is known of them is in source_show.c, running them in
 * source_run.c.
 */
#include <stdio.h>
#include <string.h>

#include "store/key_file.h"

#include "report.h"
#include "secret_input.h"
#include "source_options.h"
#include "source_verbs.h"

bool source_verb_arguments(struct source_verb *v, int argc, char **argv, bool optional)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};

	if (cli_getopt(v->cli, argc, argv, options) != -1)
		return false;
	if (argc - optind > 1 || (argc == optind && !optional)) {
		cli_complain(v->cli,
		             optional ? "takes one NAME at most" : "wants one NAME");
		return false;
	}
	v->name = optind < argc ? argv[optind] : NULL;
	return true;
}

int source_verb_fail(const struct source_verb *v, const struct error *err)
{
	if (err->code == ERR_TRANSIENT)
		return cli_fail(v->cli, err);
	cli_complain(v->cli, "%s", report_plain(err->text, v->cli->arena));
	return EXIT_FAILED;
}

int source_verb_open(struct source_verb *v)
{
	struct cli *cli = v->cli;
	struct error err = {0};
	int exit_code;

	v->pg = cli_connect(cli, "isobar_operator", PG_GROUP_SOURCE, &v->org, &exit_code);
	if (!v->pg)
		return exit_code;
	if (!v->name || source_row_find(v->pg, &v->org, v->name, cli->now, cli->arena,
	                                &v->row, &err) == 0)
		return EXIT_DONE;
	pg_close(v->pg);
	v->pg = NULL;
	return source_verb_fail(v, &err);
}

/* --- add and set --- */

static int say_stored(const struct source_verb *v, const struct source_wish *wish)
{
	struct cli *cli = v->cli;
	struct strbuf b = {0};

	if (cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "name", wish->name);
		json_write_text(&b, "connector", wish->connector);
		json_write_int(&b, "every", wish->interval_s);
		json_write_int(&b, "secrets", (long long)wish->n_secrets);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
	} else if (!cli->quiet && wish->interval_s) {
		printf("%s: %s, every %s; the first run begins when isobar-collector "
		       "runs\n",
		       wish->name, wish->connector,
		       source_every_text(wish->interval_s, cli->arena));
	} else if (!cli->quiet) {
		printf("%s: %s; start it with: isobar source run %s\n", wish->name,
		       wish->connector, wish->name);
	}
	return report_end(cli);
}

/* Secrets are asked for once all else is known to be right. */
static int store(struct source_verb *v, struct source_options *o,
                 const struct connector *connector, struct source_wish *wish)
{
	struct cli *cli = v->cli;
	struct master_key key = {0};
	struct error err = {0};
	int exit_code = EXIT_DONE;

	if (o->n_secrets) {
		if (!source_options_open(o, connector, wish))
			return EXIT_FAILED;
		exit_code = secret_key_open(cli, v->pg, &key);
		wish->key = &key;
	}
	if (exit_code == EXIT_DONE) {
		const int rc = v->name ? source_change(v->pg, &v->org, &v->row, wish,
		                                       cli->now, &err)
		                       : source_add(v->pg, &v->org, wish, cli->now, &err);

		exit_code = rc < 0 ? source_verb_fail(v, &err) : say_stored(v, wish);
	}
	master_key_done(&key);
	return exit_code;
}

static bool find_connector(const struct cli *cli, const char *name,
                           const struct connector **out)
{
	struct error err;

	if (source_check_connector(name, connectors, n_connectors, out, &err) == 0)
		return true;
	cli_complain(cli, "%s", report_plain(err.text, cli->arena));
	return false;
}

static bool check_add(const struct source_options *o)
{
	struct error err;

	if (source_check_name(o->name, &err) < 0) {
		cli_complain(o->cli, "%s", err.text);
		return false;
	}
	if (o->n_unset) {
		cli_complain(o->cli, "--unset is for isobar source set");
		return false;
	}
	if (o->connector)
		return true;
	cli_complain(o->cli, "wants --connector NAME");
	return false;
}

static int add_with(struct source_options *o)
{
	struct source_verb v = {.cli = o->cli};
	const struct connector *connector;
	struct source_wish wish;
	int exit_code;

	if (!check_add(o) || !find_connector(o->cli, o->connector, &connector) ||
	    !source_options_settle(o, connector, NULL, NULL, 0, &wish))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = store(&v, o, connector, &wish);
	pg_close(v.pg);
	return exit_code;
}

static int add(struct cli *cli, int argc, char **argv)
{
	struct source_options o = {.cli = cli};
	const int exit_code =
	        source_options_read(&o, argc, argv) ? add_with(&o) : EXIT_USAGE;

	source_options_done(&o);
	return exit_code;
}

static int set_in(struct source_verb *v, struct source_options *o)
{
	const struct connector *connector;
	struct source_pair *pairs;
	struct source_wish wish;
	struct error err = {0};
	size_t n;

	if (!find_connector(v->cli, v->row.connector, &connector))
		return EXIT_FAILED;
	if (source_pairs(v->pg, &v->org, v->row.source_id, v->cli->arena, &pairs, &n,
	                 &err) < 0)
		return source_verb_fail(v, &err);
	if (!source_options_settle(o, connector, &v->row, pairs, n, &wish))
		return EXIT_USAGE;
	return store(v, o, connector, &wish);
}

static int set_with(struct source_options *o)
{
	struct source_verb v = {.cli = o->cli, .name = o->name};
	int exit_code;

	if (o->connector) {
		cli_complain(
		        o->cli,
		        "a source keeps its connector: add another one, and remove this");
		return EXIT_USAGE;
	}
	if (!o->n_settings && !o->n_secrets && !o->n_unset && !o->every && !o->misses) {
		cli_complain(o->cli, "wants what to change: --set, --unset, --secret, "
		                     "--endpoint, --every, --misses");
		return EXIT_USAGE;
	}
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = set_in(&v, o);
	pg_close(v.pg);
	return exit_code;
}

static int set(struct cli *cli, int argc, char **argv)
{
	struct source_options o = {.cli = cli};
	const int exit_code =
	        source_options_read(&o, argc, argv) ? set_with(&o) : EXIT_USAGE;

	source_options_done(&o);
	return exit_code;
}

/* --- pause, resume, remove --- */

static int enable(struct cli *cli, int argc, char **argv, bool enabled)
{
	struct source_verb v = {.cli = cli};
	struct error err = {0};
	int exit_code;

	if (!source_verb_arguments(&v, argc, argv, false))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&v)) != EXIT_DONE)
		return exit_code;
	if (source_enable(v.pg, &v.org, v.row.source_id, enabled, cli->now, &err) < 0)
		exit_code = source_verb_fail(&v, &err);
	else
		cli_note(cli, enabled ? "%s goes on" : "%s is paused; its findings stay",
		         v.name);
	pg_close(v.pg);
	return exit_code;
}

static int pause_source(struct cli *cli, int argc, char **argv)
{
	return enable(cli, argc, argv, false);
}

static int resume(struct cli *cli, int argc, char **argv)
{
	return enable(cli, argc, argv, true);
}

static int remove_source(struct cli *cli, int argc, char **argv)
{
	struct source_verb v = {.cli = cli};
	struct error err = {0};
	int64_t n_secrets;
	int exit_code;

	if (!source_verb_arguments(&v, argc, argv, false))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&v)) != EXIT_DONE)
		return exit_code;
	if (source_remove(v.pg, &v.org, v.row.source_id, &n_secrets, &err) < 0)
		exit_code = source_verb_fail(&v, &err);
	else
		cli_note(cli,
		         "%s is collected no more, %lld secrets are deleted; its findings "
		         "stay as they are, and nothing closes them",
		         v.name, (long long)n_secrets);
	pg_close(v.pg);
	return exit_code;
}

/* --- rekey --- */

/* The key of the file, which is made when it is missing. */
static int next_key(struct cli *cli, const char *path, struct master_key *out)
{
	struct error err;
	int rc = key_file_read(path, out, &err);

	if (rc == ERR_NOT_FOUND)
		rc = key_file_make(path, out, &err);
	return rc < 0 ? cli_fail(cli, &err) : EXIT_DONE;
}

static int rekey_in(struct source_verb *v, const char *path)
{
	struct cli *cli = v->cli;
	struct master_key former = {0}, next = {0};
	struct error err = {0};
	int64_t n = 0;
	int exit_code = secret_key_open(cli, v->pg, &former);

	if (exit_code == EXIT_DONE)
		exit_code = next_key(cli, path, &next);
	if (exit_code == EXIT_DONE &&
	    source_secrets_rekey(v->pg, &former, &next, cli->now, &n, &err) < 0)
		exit_code = source_verb_fail(v, &err);
	else if (exit_code == EXIT_DONE)
		cli_note(cli,
		         "%lld secrets of all orgs are sealed by the key %s; name %s in "
		         "ISOBAR_KEY_FILE, or put it in the place of the former, for every "
		         "program that collects",
		         (long long)n, next.name, path);
	master_key_done(&former);
	master_key_done(&next);
	return exit_code;
}

static int rekey(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"new-key-file", required_argument, NULL, 'k'}, CLI_COMMON_OPTIONS};
	struct source_verb v = {.cli = cli};
	const char *path = NULL;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'k')
			return EXIT_USAGE;
		path = optarg;
	}
	if (!path || optind < argc) {
		cli_complain(cli, "wants --new-key-file FILE");
		return EXIT_USAGE;
	}
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = rekey_in(&v, path);
	pg_close(v.pg);
	return exit_code;
}

/* clang-format off */
static const char add_details[] =
	"\n"
	"  --set       a setting of the connector (docs/collecting.md)\n"
	"  --secret    KEY=@FILE, KEY=- for stdin, or KEY to be asked: never the secret itself\n"
	"  --endpoint  as --set endpoint=URL: another address than the provider's\n"
	"  --every     15m, 1h, 1d, or never: only when it is asked for (default: 1h)\n"
	"  --misses    complete runs in a row without a finding that close it, or usual\n";
/* clang-format on */

int cmd_source(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"add", add,
	         "NAME --connector C [--set KEY=VALUE]... [--secret KEY[=-|=@FILE]]... "
	         "[--endpoint URL] [--every 1h] [--misses N]",
	         "collect from an account of a provider", add_details},
	        {"set", set,
	         "NAME [--set KEY=VALUE]... [--unset KEY]... [--secret KEY[=-|=@FILE]]... "
	         "[--endpoint URL] [--every 1h] [--misses N]",
	         "change settings, secrets or schedule", add_details},
	        {"list", source_list_verb, "", "the sources, their runs and coverage", ""},
	        {"show", source_show_verb, "NAME", "settings, runs and scopes of one", ""},
	        {"test", source_test_verb, "NAME",
	         "ask the provider, step by step, and store nothing", ""},
	        {"run", source_run_verb, "NAME [--wait]", "collect now",
	         "\n  --wait   show how it goes, and end when it does\n"},
	        {"pause", pause_source, "NAME", "collect no more for now", ""},
	        {"resume", resume, "NAME", "collect again", ""},
	        {"remove", remove_source, "NAME",
	         "collect no more and delete its secrets; findings stay", ""},
	        {"blind", source_blind_verb, "[NAME]",
	         "what is not seen: scopes that no complete run proves", ""},
	        {"confirm", source_confirm_verb, "NAME [--scope S] [--yes] [--no-score]",
	         "close what a run found absent in masses",
	         "\n  --scope      only this one\n"
	         "  --yes        without a question\n"
	         "  --no-score   leave the risks to the running isobar-scorer\n"},
	        {"rekey", rekey, "--new-key-file FILE", "seal all secrets by another key",
	         "\n  --new-key-file   made when it is missing\n"},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
