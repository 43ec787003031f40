/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_load ADDRESS PORT CLIENTS SECONDS|Nx HEADER PATH…: asks for the paths in turn, over
 * connections that are kept, and looks at every answer.  Nx: N requests in all.  Allowed
 * are 200, 304, and 503 as a problem document with Retry-After; anything else, and an
 * answer that takes longer than 15 s, fails.  Prints one line of JSON.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define PATHS_MAX   32
#define CLIENTS_MAX 256
#define ANSWER_MS   15000
#define FAULT_MAX   400

/* Shared by the clients, which are processes. */
struct tally {
	atomic_ullong n_200, n_304, n_503, n_lost, n_left;
	atomic_ullong longest_usec, last_503_usec, last_200_usec;
	atomic_int n_faults;
	char fault[FAULT_MAX]; /* the first */
};

static struct tally *tally;
static struct target target;
static const char *header;
static const char *paths[PATHS_MAX];
static size_t n_paths;
static long long until_usec; /* 0: as long as requests are left */

static long long now_usec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fault(const char *what, const char *path, unsigned int status)
{
	if (atomic_fetch_add(&tally->n_faults, 1) == 0)
		snprintf(tally->fault, FAULT_MAX, "%s %s: %u", what, path, status);
}

static void check_503(const struct reply *r, const char *path)
{
	const char *type = reply_header(r, "Content-Type");

	if (!type || strcmp(type, "application/problem+json") != 0)
		fault("no problem document", path, 503);
	if (!reply_header(r, "Retry-After"))
		fault("no Retry-After", path, 503);
	if (!strstr(strbuf_text(&r->body), "\"status\":503"))
		fault("the document has another status", path, 503);
}

static void count(const struct reply *r, const char *path)
{
	const unsigned long long now = (unsigned long long)now_usec();

	switch (r->status) {
	case 200:
		atomic_fetch_add(&tally->n_200, 1);
		atomic_store(&tally->last_200_usec, now);
		break;
	case 304:
		atomic_fetch_add(&tally->n_304, 1);
		break;
	case 503:
		check_503(r, path);
		atomic_fetch_add(&tally->n_503, 1);
		atomic_store(&tally->last_503_usec, now);
		usleep(20000); /* as a client would wait, if not so short */
		break;
	default:
		fault("not allowed", path, r->status);
	}
}

static bool may_go_on(void)
{
	if (atomic_load(&tally->n_faults) > 0)
		return false;
	if (until_usec)
		return now_usec() < until_usec;
	return atomic_fetch_sub(&tally->n_left, 1) - 1 < 1ull << 60;
}

/* False: the connection is not to be used again. */
static bool ask(struct client *c, const char *path)
{
	const long long start = now_usec();
	struct reply r = {0};
	struct strbuf b = {0};
	const char *why = "";
	bool kept;

	strbuf_printf(&b, "GET %s HTTP/1.1\r\nHost: load\r\n%s%s\r\n", path, header,
	              *header ? "\r\n" : "");
	kept = client_send(c, b.data, b.size) &&
	       client_reply(c, false, ANSWER_MS, &r, &why);
	strbuf_done(&b);
	const unsigned long long took = (unsigned long long)(now_usec() - start);

	if (kept)
		count(&r, path);
	else if (took > ANSWER_MS * 1000ull - 100000)
		fault("no answer", path, 0);
	else
		atomic_fetch_add(&tally->n_lost, 1);
	if (took > atomic_load(&tally->longest_usec))
		atomic_store(&tally->longest_usec, took);
	kept = kept && !r.ends_with_connection;
	reply_done(&r);
	return kept;
}

static void run_client(size_t first)
{
	struct client *c = NULL;

	for (size_t i = first; may_go_on(); i++) {
		if (!c)
			c = client_open(&target);
		if (!c) {
			atomic_fetch_add(&tally->n_lost, 1);
			usleep(50000);
		} else if (!ask(c, paths[i % n_paths])) {
			client_close(c);
			c = NULL;
		}
	}
	client_close(c);
}

static void print_tally(void)
{
	const long long now = now_usec();

	printf("{\"ok\":%llu,\"not_modified\":%llu,\"unavailable\":%llu,\"lost\":%llu,"
	       "\"longest_ms\":%llu,\"last_503_ms_ago\":%lld,\"faults\":%d,\"fault\":\"%"
	       "s\"}\n",
	       atomic_load(&tally->n_200), atomic_load(&tally->n_304),
	       atomic_load(&tally->n_503), atomic_load(&tally->n_lost),
	       atomic_load(&tally->longest_usec) / 1000,
	       atomic_load(&tally->last_503_usec)
	               ? (now - (long long)atomic_load(&tally->last_503_usec)) / 1000
	               : -1,
	       atomic_load(&tally->n_faults), tally->fault);
}

static bool read_arguments(int argc, char **argv, int *n_clients)
{
	char *end;
	double seconds;

	if (argc < 7 || argc - 6 > PATHS_MAX)
		return false;
	target = (struct target){.address = argv[1],
	                         .port = (unsigned int)strtoul(argv[2], NULL, 10)};
	*n_clients = (int)strtol(argv[3], NULL, 10);
	seconds = strtod(argv[4], &end);
	if (*end == 'x')
		atomic_store(&tally->n_left, (unsigned long long)seconds);
	else
		until_usec = now_usec() + (long long)(seconds * 1e6);
	header = argv[5];
	for (int i = 6; i < argc; i++)
		paths[n_paths++] = argv[i];
	return *n_clients > 0 && *n_clients <= CLIENTS_MAX && seconds > 0;
}

int main(int argc, char **argv)
{
	int n_clients = 0;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED || !read_arguments(argc, argv, &n_clients)) {
		fprintf(stderr,
		        "usage: api_load ADDRESS PORT CLIENTS SECONDS|Nx HEADER PATH...\n");
		return 2;
	}
	for (int i = 0; i < n_clients; i++)
		if (fork() == 0) {
			run_client((size_t)i);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	print_tally();
	return atomic_load(&tally->n_faults) > 0;
}
