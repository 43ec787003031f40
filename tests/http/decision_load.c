/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision_load PORT MOVES SEED FOLDER TOKEN…: a client for each token moves the risks
 * whose ids stand in FOLDER/risks from state to state at random, alone and in bulk, until
 * so many moves in all were acknowledged.  Each request has an Idempotency-Key, which is
 * its reason too, and is sent again until it is answered.  FOLDER/answered.N holds the
 * answers of client N, a line a risk: client, risk, state asked for, key, status.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define RISKS_MAX   4000
#define ID_SIZE     37
#define BULK_MAX    8
#define ANSWER_MS   30000
#define PAUSE_US    200000 /* of a client between two requests: kills have to keep up */
#define GIVE_UP_SEC 180    /* a request that is not answered for so long fails */

/* Shared by the clients, which are processes. */
struct tally {
	atomic_llong n_left, n_again;
	atomic_int n_faults;
};

struct mover {
	int number;
	const char *token;
	unsigned short random[3]; /* of nrand48 */
	struct client *client;
	int answers; /* a file */
	unsigned int n_requests;
};

/* What is asked for; the same bytes each time. */
struct move {
	size_t n;
	const char *ids[BULK_MAX];
	bool is_bulk;
	const char *to;
	char key[40];
	struct strbuf bytes;
};

static struct tally *tally;
static struct target target = {.address = "127.0.0.1"};
static char risks[RISKS_MAX][ID_SIZE];
static size_t n_risks;

static size_t any(struct mover *m, size_t n)
{
	return (size_t)nrand48(m->random) % n;
}

static void fault(const struct mover *m, const struct move *move, const char *what,
                  const struct reply *r)
{
	atomic_fetch_add(&tally->n_faults, 1);
	fprintf(stderr, "client %d, key %s: %s, status %u: %.300s\n", m->number, move->key,
	        what, r ? r->status : 0, r ? strbuf_text(&r->body) : "");
}

/* --- what is asked for --- */

static void choose(struct mover *m, struct move *move)
{
	static const char *const states[] = {"open", "in_progress", "contested"};

	move->is_bulk = any(m, 4) == 0;
	move->n = move->is_bulk ? 1 + any(m, BULK_MAX) : 1;
	for (size_t i = 0; i < move->n; i++) {
		size_t before = 0;

		move->ids[i] = risks[any(m, n_risks)];
		while (before < i && move->ids[before] != move->ids[i])
			before++;
		if (before < i) /* twice: one time more */
			i--;
	}
	move->to = states[any(m, 3)];
	snprintf(move->key, sizeof(move->key), "c%d-%u", m->number, ++m->n_requests);
}

static void write_request(const struct mover *m, struct move *move)
{
	struct strbuf body = {0};

	strbuf_printf(&body, "{");
	for (size_t i = 0; move->is_bulk && i < move->n; i++)
		strbuf_printf(&body, "%s\"%s\"", i ? "," : "\"ids\":[", move->ids[i]);
	strbuf_printf(&body, "%s\"to\":\"%s\",\"reason\":\"%s\"}",
	              move->is_bulk ? "]," : "", move->to, move->key);
	if (move->is_bulk)
		strbuf_printf(&move->bytes, "POST /v1/transitions HTTP/1.1\r\n");
	else
		strbuf_printf(&move->bytes,
		              "POST /v1/risks/%s/transitions HTTP/1.1\r\nIf-Match: *\r\n",
		              move->ids[0]);
	strbuf_printf(&move->bytes,
	              "Host: load\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\n"
	              "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	              m->token, move->key, body.size, strbuf_text(&body));
	strbuf_done(&body);
}

/* --- what is answered --- */

static void note(struct mover *m, const struct move *move, size_t i, unsigned int status)
{
	dprintf(m->answers, "%d\t%s\t%s\t%s\t%u\n", m->number, move->ids[i], move->to,
	        move->key, status);
	if (status == 200)
		atomic_fetch_sub(&tally->n_left, 1);
}

/* A line for each risk, in any order. */
static bool note_lines(struct mover *m, const struct move *move, const char *body)
{
	for (size_t i = 0; i < move->n; i++) {
		const char *id = strstr(body, move->ids[i]);
		const char *status = id ? strstr(id, "\"status\":") : NULL;

		if (!status)
			return false;
		note(m, move, i, (unsigned int)strtoul(status + 9, NULL, 10));
	}
	return true;
}

static bool is_to_be_sent_again(const struct reply *r)
{
	return r->status == 503 ||
	       (r->status == 409 && strstr(strbuf_text(&r->body), "request-in-flight"));
}

static void take_answer(struct mover *m, const struct move *move, const struct reply *r)
{
	if (move->is_bulk && r->status == 200) {
		if (!note_lines(m, move, strbuf_text(&r->body)))
			fault(m, move, "a line is missing", r);
	} else if (!move->is_bulk && (r->status == 200 || r->status == 409)) {
		note(m, move, 0, r->status);
	} else {
		fault(m, move, "not allowed", r);
	}
}

/* False: not answered. */
static bool try(struct mover *m, const struct move *move)
{
	struct reply r = {0};
	const char *why = "";
	bool is_answered;

	if (!m->client)
		m->client = client_open(&target);
	if (!m->client)
		return false;
	if (!client_send(m->client, move->bytes.data, move->bytes.size) ||
	    !client_reply(m->client, false, ANSWER_MS, &r, &why)) {
		client_close(m->client);
		m->client = NULL;
		reply_done(&r);
		return false;
	}
	is_answered = !is_to_be_sent_again(&r);
	if (is_answered)
		take_answer(m, move, &r);
	if (r.ends_with_connection) {
		client_close(m->client);
		m->client = NULL;
	}
	reply_done(&r);
	return is_answered;
}

static void carry_out(struct mover *m, const struct move *move)
{
	const time_t start = time(NULL);

	while (!try(m, move)) {
		atomic_fetch_add(&tally->n_again, 1);
		if (time(NULL) - start > GIVE_UP_SEC) {
			fault(m, move, "no answer", NULL);
			return;
		}
		usleep(20000);
	}
}

static void run_mover(struct mover *m)
{
	while (atomic_load(&tally->n_left) > 0 && atomic_load(&tally->n_faults) == 0) {
		struct move move = {0};

		choose(m, &move);
		write_request(m, &move);
		carry_out(m, &move);
		strbuf_done(&move.bytes);
		usleep(PAUSE_US);
	}
	client_close(m->client);
}

static int start_mover(int number, unsigned int seed, const char *folder, const char *token)
{
	struct mover m = {.number = number,
	                  .token = token,
	                  .random = {(unsigned short)seed, (unsigned short)(seed >> 16),
	                             (unsigned short)number}};
	char path[4096];

	if (fork() != 0)
		return 0;
	snprintf(path, sizeof(path), "%s/answered.%d", folder, number);
	m.answers = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	if (m.answers < 0)
		_exit(1);
	run_mover(&m);
	_exit(0);
}

static bool read_risks(const char *folder)
{
	char path[4096], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/risks", folder);
	if (!(f = fopen(path, "r")))
		return false;
	while (n_risks < RISKS_MAX && fgets(line, sizeof(line), f))
		if (strlen(line) >= ID_SIZE - 1)
			memcpy(risks[n_risks++], line, ID_SIZE - 1);
	fclose(f);
	return n_risks > BULK_MAX;
}

int main(int argc, char **argv)
{
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED || argc < 6 || !read_risks(argv[4])) {
		fprintf(stderr, "usage: decision_load PORT MOVES SEED FOLDER TOKEN...\n");
		return 2;
	}
	target.port = (unsigned int)strtoul(argv[1], NULL, 10);
	atomic_store(&tally->n_left, strtoll(argv[2], NULL, 10));
	for (int i = 5; i < argc; i++)
		start_mover(i - 4, (unsigned int)strtoul(argv[3], NULL, 10), argv[4],
		            argv[i]);
	while (wait(NULL) > 0)
		;
	printf("%lld requests were sent again\n", atomic_load(&tally->n_again));
	return atomic_load(&tally->n_faults) > 0;
}
