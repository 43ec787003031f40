/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of isobar-scorer. */
#include "arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/log.h"
#include "store/risk_store.h"

#include "build_version.h"

#define MOVERS_MAX 1000
#define CASES_MAX  10000

static void usage(FILE *to)
{
	fputs("usage: isobar-scorer [--once [--workers N]] [--now TIME] [--database DSN]\n"
	      "       isobar-scorer --what-if ORG [--model FILE|--catalog-model] [--policy "
	      "FILE]\n"
	      "                     [--context] [--movers N]\n"
	      "       isobar-scorer --identity ORG [--catalog DIR] [--everything] "
	      "[--cases N]\n"
	      "                     [--apply --actor NAME --reason TEXT]\n"
	      "       isobar-scorer --answer [--now TIME] [--database DSN]\n"
	      "  --once          score what is dirty, then end\n"
	      "  --workers N     with --once: so many processes, 1 to 4 (1)\n"
	      "  --what-if ORG   print as JSON what would move, and write nothing\n"
	      "  --answer        answer what was asked over HTTP, then end\n"
	      "  --schema NAME   with --once: score the tables of this schema, as isobar "
	      "replay does\n"
	      "  --context       with claims of operators from stdin, as isobar what-if "
	      "gives "
	      "them\n"
	      "  --identity ORG  print as JSON what a catalogue means for the risks of an "
	      "org\n"
	      "  --now TIME      an RFC 3339 time instead of the clock\n"
	      "  --database DSN  libpq conninfo or URL (else ISOBAR_DATABASE)\n",
	      to);
}

/* False: it is no option of identity. */
static bool take_identity(struct settings *s, int option)
{
	struct identity_ask *ask = &s->identity;

	switch (option) {
	case 'I':
		ask->org = optarg;
		s->once = true;
		return true;
	case 'C':
		ask->folder = optarg;
		return true;
	case 'E':
		ask->everything = true;
		return true;
	case 'N':
		ask->most = strtol(optarg, NULL, 10);
		return true;
	case 'A':
		ask->applies = true;
		return true;
	case 'U':
		ask->actor = optarg;
		return true;
	case 'R':
		ask->reason = optarg;
		return true;
	default:
		return false;
	}
}

/* False: it is no option of what-if. */
static bool take_what_if(struct settings *s, int option)
{
	struct what_if *w = &s->what_if;

	switch (option) {
	case 'a':
		s->is_answering = s->once = true;
		return true;
	case 'i':
		s->is_trial = s->once = true;
		w->org = optarg;
		return true;
	case 'm':
		w->model = optarg;
		return true;
	case 'c':
		w->catalog_model = true;
		return true;
	case 'p':
		w->policy = optarg;
		return true;
	case 'x':
		w->context = stdin;
		return true;
	case 'k':
		w->movers = strtol(optarg, NULL, 10);
		return true;
	default:
		return false;
	}
}

static bool is_schema_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

static int check_arguments(const struct settings *s)
{
	if (s->n_workers < 1 || (s->n_workers > 1 && !s->once)) {
		log_error("--workers wants 1 to %d, and --once", SCORE_SHARDS);
		return 2;
	}
	if (s->schema && (!s->once || s->is_trial || !is_schema_name(s->schema))) {
		log_error("--schema wants --once and a name of letters, digits and _");
		return 2;
	}
	if ((s->what_if.policy || (s->what_if.model && !s->schema)) && !s->is_trial) {
		log_error("--model and --policy want --what-if ORG");
		return 2;
	}
	if (s->what_if.movers < 0 || s->what_if.movers > MOVERS_MAX) {
		log_error("--movers wants 0 to %d", MOVERS_MAX);
		return 2;
	}
	if (s->identity.most < 0 || s->identity.most > CASES_MAX) {
		log_error("--cases wants 0 to %d", CASES_MAX);
		return 2;
	}
	if (s->identity.applies && (!s->identity.actor || !s->identity.reason)) {
		log_error("--apply wants --identity ORG, --actor and --reason");
		return 2;
	}
	if (!s->database) {
		log_error("no database: give --database or ISOBAR_DATABASE");
		return 2;
	}
	return 0;
}

int arguments_read(int argc, char **argv, struct settings *s)
{
	static const struct option options[] = {{"once", no_argument, NULL, 'o'},
	                                        {"workers", required_argument, NULL, 'w'},
	                                        {"now", required_argument, NULL, 'n'},
	                                        {"answer", no_argument, NULL, 'a'},
	                                        {"what-if", required_argument, NULL, 'i'},
	                                        {"model", required_argument, NULL, 'm'},
	                                        {"catalog-model", no_argument, NULL, 'c'},
	                                        {"policy", required_argument, NULL, 'p'},
	                                        {"context", no_argument, NULL, 'x'},
	                                        {"schema", required_argument, NULL, 's'},
	                                        {"movers", required_argument, NULL, 'k'},
	                                        {"identity", required_argument, NULL, 'I'},
	                                        {"catalog", required_argument, NULL, 'C'},
	                                        {"everything", no_argument, NULL, 'E'},
	                                        {"cases", required_argument, NULL, 'N'},
	                                        {"apply", no_argument, NULL, 'A'},
	                                        {"actor", required_argument, NULL, 'U'},
	                                        {"reason", required_argument, NULL, 'R'},
	                                        {"database", required_argument, NULL, 'd'},
	                                        {"help", no_argument, NULL, 'h'},
	                                        {"version", no_argument, NULL, 'v'},
	                                        {NULL, 0, NULL, 0}};
	struct error err;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			s->once = true;
			break;
		case 'n':
			if (timestamp_parse(optarg, &s->now, &err) < 0) {
				log_error("--now wants an RFC 3339 time: %s", err.text);
				return 2;
			}
			break;
		case 'w':
			s->n_workers = optarg[0] >= '1' &&
			                               optarg[0] <= '0' + SCORE_SHARDS &&
			                               !optarg[1]
			                       ? optarg[0] - '0'
			                       : 0;
			break;
		case 'd':
			s->database = optarg;
			break;
		case 's':
			s->schema = optarg;
			break;
		case 'h':
			usage(stdout);
			return ARGUMENTS_DONE;
		case 'v':
			puts("isobar-scorer " ISOBAR_VERSION);
			return ARGUMENTS_DONE;
		default:
			if (take_what_if(s, option) || take_identity(s, option))
				break;
			usage(stderr);
			return 2;
		}
	}
	return check_arguments(s);
}
