/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Healthy clients, at a steady pace, and how long they wait:
 *   load [--connections N] [--seconds N] [--pace-ms N] [--source ADDRESS]
 *        ADDRESS PORT [PATH] ["NAME: VALUE"]
 * Kept connections, each with a GET every pace-ms.  Prints
 *   requests N errors N p50_us N p99_us N max_us N
 * An error is a lost connection, no reply in 5 s, or a status from 500 up.
 */
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "client.h"

#define MAX_CONNECTIONS 256
#define PATIENCE_MS     5000

struct load {
	struct target target;
	int n_connections, seconds, pace_ms;
	struct strbuf request;
	struct client *clients[MAX_CONNECTIONS]; /* NULL: to be opened */
	int64_t asked_at[MAX_CONNECTIONS];       /* us; 0: nothing asked */
	int64_t *waits;                          /* us */
	size_t n_waits, room;
	unsigned int n_errors;
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void add_wait(struct load *l, int64_t us)
{
	if (l->n_waits == l->room) {
		l->room = l->room ? 2 * l->room : 4096;
		l->waits = xrealloc(l->waits, l->room * sizeof(*l->waits));
	}
	l->waits[l->n_waits++] = us;
}

static void lose(struct load *l, int i)
{
	l->n_errors++;
	client_close(l->clients[i]);
	l->clients[i] = NULL;
	l->asked_at[i] = 0;
}

static void ask_all(struct load *l)
{
	for (int i = 0; i < l->n_connections; i++) {
		if (!l->clients[i])
			l->clients[i] = client_open(&l->target);
		if (!l->clients[i]) {
			l->n_errors++;
			continue;
		}
		l->asked_at[i] = now_us();
		if (!client_send(l->clients[i], l->request.data, l->request.size))
			lose(l, i);
	}
}

static void take_reply(struct load *l, int i)
{
	struct reply r;
	const char *why;
	const bool is_good =
	        client_reply(l->clients[i], false, PATIENCE_MS, &r, &why) && r.status < 500;

	reply_done(&r);
	if (!is_good) {
		lose(l, i);
		return;
	}
	add_wait(l, now_us() - l->asked_at[i]);
	l->asked_at[i] = 0;
}

static void take_replies(struct load *l)
{
	struct pollfd polled[MAX_CONNECTIONS];
	int who[MAX_CONNECTIONS], n;

	for (;;) {
		n = 0;
		for (int i = 0; i < l->n_connections; i++) {
			if (l->asked_at[i]) {
				polled[n] = (struct pollfd){client_socket(l->clients[i]),
				                            POLLIN, 0};
				who[n++] = i;
			}
		}
		if (n == 0)
			return;
		if (poll(polled, (nfds_t)n, PATIENCE_MS) <= 0) {
			while (n > 0)
				lose(l, who[--n]);
			return;
		}
		for (int k = 0; k < n; k++)
			if (polled[k].revents)
				take_reply(l, who[k]);
	}
}

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t percentile(const struct load *l, unsigned int percent)
{
	return l->n_waits ? l->waits[(l->n_waits - 1) * percent / 100] : 0;
}

static void run(struct load *l)
{
	const int64_t end = now_us() + (int64_t)l->seconds * 1000000;
	int64_t next = now_us();

	while (next < end) {
		const int64_t wait = next - now_us();
		const struct timespec pause = {wait / 1000000, wait % 1000000 * 1000};

		if (wait > 0)
			nanosleep(&pause, NULL);
		ask_all(l);
		take_replies(l);
		/* Rounds that were missed are not made up for. */
		next += (int64_t)l->pace_ms * 1000;
		next = next > now_us() ? next : now_us();
	}
	for (int i = 0; i < l->n_connections; i++)
		client_close(l->clients[i]);
}

static int usage(void)
{
	fprintf(stderr, "usage: load [--connections N] [--seconds N] [--pace-ms N] "
	                "[--source ADDRESS] ADDRESS PORT [PATH] [HEADER]\n");
	return 2;
}

static bool read_options(struct load *l, int argc, char **argv)
{
	static const struct option options[] = {
	        {"connections", required_argument, NULL, 'c'},
	        {"seconds", required_argument, NULL, 's'},
	        {"pace-ms", required_argument, NULL, 'p'},
	        {"source", required_argument, NULL, 'f'},
	        {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			l->n_connections = (int)strtol(optarg, NULL, 10);
		else if (c == 's')
			l->seconds = (int)strtol(optarg, NULL, 10);
		else if (c == 'p')
			l->pace_ms = (int)strtol(optarg, NULL, 10);
		else if (c == 'f')
			l->target.source = optarg;
		else
			return false;
	}
	return argc - optind >= 2 && argc - optind <= 4 && l->n_connections > 0 &&
	       l->n_connections <= MAX_CONNECTIONS && l->pace_ms > 0 && l->seconds > 0;
}

int main(int argc, char **argv)
{
	struct load l = {.n_connections = 8, .seconds = 5, .pace_ms = 10};

	if (!read_options(&l, argc, argv))
		return usage();
	argv += optind;
	argc -= optind;
	l.target.address = argv[0];
	l.target.port = (unsigned int)strtoul(argv[1], NULL, 10);
	strbuf_printf(&l.request, "GET %s HTTP/1.1\r\nHost: isobar.test\r\n%s%s\r\n",
	              argc > 2 ? argv[2] : "/", argc > 3 ? argv[3] : "",
	              argc > 3 ? "\r\n" : "");
	run(&l);
	qsort(l.waits, l.n_waits, sizeof(*l.waits), compare);
	printf("requests %zu errors %u p50_us %" PRId64 " p99_us %" PRId64
	       " max_us %" PRId64 "\n",
	       l.n_waits, l.n_errors, percentile(&l, 50), percentile(&l, 99),
	       percentile(&l, 100));
	free(l.waits);
	strbuf_done(&l.request);
	return 0;
}
