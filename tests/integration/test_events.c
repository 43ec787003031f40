/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers that commit, roll back and dawdle, and two sequencers that are killed again
 * and again: every committed event gets one number, 1, 2, 3, ... without a gap, each
 * transaction's events and each risk's in their order, and counts once.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "store/event_sequence.h"
#include "store/event_store.h"

#include "support/pg_fixture.h"
#include "support/random.h"

#define N_WRITERS    8
#define N_SEQUENCERS 2
#define N_RISKS      300
#define ROUND_MS     2000

static const struct org org = {.id = 1, .slug = "default"};
static struct pg *pg; /* a superuser's */

static void sleep_ms(int ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct pg *open_sequencer(void)
{
	return pg_fixture_open("isobar_scorer", PG_GROUP_SCORER | PG_GROUP_SESSION_SCORER);
}

/* Until nothing is left; how many events got a number. */
static int64_t number_all(struct pg *as, int64_t most)
{
	struct error err;
	int64_t n, all = 0;

	do {
		if (event_sequence_step(as, &org, most, &n, &err) < 0)
			fail_msg("%s", err.text);
		all += n;
	} while (n > 0);
	return all;
}

/* --- risks and writers --- */

static void make_assets(void)
{
	pg_fixture_exec(pg, "insert into isobar.owner values "
	                    "(1, 7, 'payments', 0, '', 'test', now())");
	pg_fixture_exec(
	        pg,
	        "insert into isobar.asset (org_id, asset_id, canonical_id, provider, "
	        "account, region, type, name, id, stored_at) "
	        "select 1, md5('a' || i)::uuid, md5('a' || i)::uuid, i, 'account-' || i, "
	        "'', 't', 'a' || i, 'a' || i, now() from generate_series(0, 3) as i");
}

/* Fresh risks; some have no owner, some no asset any more. */
static void renew_risks(void)
{
	ARENA_SCOPED a = arena_new(2048);

	pg_fixture_exec(pg, "truncate isobar.risk_event, isobar.event_seq, "
	                    "isobar.event_sequencer, isobar.sla_fact, "
	                    "isobar.sla_duration, isobar.risk");
	pg_fixture_exec(
	        pg,
	        arena_printf(
	                a,
	                "insert into isobar.risk (org_id, risk_id, asset_id, rank, "
	                "state_hash, version, opened_at, band_since, rank_since, "
	                "owner_id, n_findings, score, band, state, class, "
	                "responsibility, layer, open, subject, location, title, "
	                "source_ids) select 1, md5('r' || i)::uuid, md5('a' || i %% "
	                "5)::uuid, 0, 0, 1, now(), now(), now(), case when i %% 3 = 0 "
	                "then 7 end, 1, 1, 0, 0, 0, 0, 0, true, 's', '', 't', '{}' from "
	                "generate_series(0, %d) as i",
	                N_RISKS - 1));
}

/*
 * One event of a risk, of any kind, mostly later than the former one.  The risk's row
 * stays locked, as everybody who writes of it keeps it.
 */
static void write_event(struct pg *as, int risk, struct arena *a)
{
	static const int kinds[] = {0, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 7, 9, 12};
	const int kind = kinds[random_below((int)N_ELEMENTS(kinds))];
	const char *id = arena_printf(a, "md5('r%d')::uuid", risk);

	pg_fixture_exec(
	        as,
	        arena_printf(a,
	                     "select from isobar.risk where org_id = 1 and risk_id = %s "
	                     "for update",
	                     id));
	pg_fixture_exec(
	        as,
	        arena_printf(
	                a,
	                "insert into isobar.risk_event (org_id, risk_id, at, kind, state, "
	                "band, score, due_at, actor, reason) select 1, %s, "
	                "coalesce(l.at, '2026-01-01') + interval '1 second' * %d, %d, "
	                "case %d when 3 then 6 when 4 then 0 when 2 then %d else "
	                "coalesce(l.state, 0) end, %d, 1, case when %d > 0 then "
	                "coalesce(l.at, '2026-01-01') + interval '1 hour' * %d end, '%s', "
	                "'' "
	                "from (select) as x left join lateral (select at, state from "
	                "isobar.risk_event where org_id = 1 and risk_id = %s order by "
	                "event_id desc limit 1) as l on true on conflict do nothing",
	                id, random_below(5 * 86400) - 43200, kind, kind, random_below(6),
	                random_below(4), random_below(3), random_below(200),
	                random_below(2) ? "system" : "user:ada", id));
}

/* Of several risks by their number, so that writers wait for each other but never both. */
static void write_transaction(struct pg *as)
{
	ARENA_SCOPED a = arena_new(4096);
	const int n = 1 + random_below(6);
	int risk = random_below(N_RISKS / 6);

	pg_fixture_exec(as, "begin");
	/* Some have their transaction's id long before they write. */
	if (random_below(3) == 0)
		pg_fixture_number(as, "select pg_current_xact_id()::text::bigint");
	for (int i = 0; i < n; i++) {
		if (random_below(4) == 0)
			sleep_ms(random_below(25));
		pg_fixture_exec(as, "savepoint s");
		write_event(as, risk, a);
		if (random_below(10) == 0)
			pg_fixture_exec(as, "rollback to savepoint s");
		risk += random_below(N_RISKS / 6);
	}
	pg_fixture_exec(as, random_below(4) == 0 ? "rollback" : "commit");
}

static noreturn void run_writer(int number)
{
	struct pg *as = pg_fixture_open("isobar_scorer", 0);

	(void)number;
	for (const int64_t end = now_ms() + ROUND_MS; now_ms() < end;)
		write_transaction(as);
	pg_close(as);
	_exit(0);
}

/* --- sequencers --- */

/* Ends by a signal, or when its connection is ended. */
static noreturn void run_sequencer(int number)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg *as = open_sequencer();
	struct error err;
	int64_t n;

	pg_fixture_exec(as,
	                arena_printf(a, "set application_name = 'sequencer-%d'", number));
	while (event_sequence_step(as, &org, 1 + random_below(40), &n, &err) == 0)
		if (n == 0)
			sleep_ms(random_below(10));
	_exit(0);
}

/* A child that makes choices of its own. */
static pid_t start(void (*run)(int number), int number)
{
	const uint64_t seed = random_next();
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		random_state = seed;
		run(number);
	}
	return pid;
}

/* By a signal to the process, or by the end of its backend wherever it is. */
static void kill_one(pid_t *sequencer, int number)
{
	ARENA_SCOPED a = arena_new(256);

	if (random_below(2) == 0)
		kill(*sequencer, SIGKILL);
	else if (pg_fixture_number(
	                 pg, arena_printf(a,
	                                  "select count(pg_terminate_backend(pid)) from "
	                                  "pg_stat_activity where datname = "
	                                  "current_database() and application_name = "
	                                  "'sequencer-%d'",
	                                  number)) == 0)
		return; /* not there yet */
	assert_int_equal(waitpid(*sequencer, NULL, 0), *sequencer);
	*sequencer = start(run_sequencer, number);
}

/* --- what must hold --- */

static void check_numbers(void)
{
	static const struct {
		const char *what, *sql;
	} cases[] = {
	        {"events without a number",
	         "select count(*) from isobar.risk_event left join event_number using "
	         "(org_id, event_id) where seq is null"},
	        {"numbers without an event",
	         "select count(*) from event_number left join isobar.risk_event using "
	         "(org_id, event_id) where risk_id is null"},
	        {"gaps", "select max(seq) - count(*) + min(seq) - 1 from event_number"},
	        {"events of a transaction out of their order",
	         "select count(*) from (select event_id < lag(event_id) over (partition by "
	         "xid order by seq) as is_wrong from isobar.risk_event join "
	         "event_number using (org_id, event_id)) as e where is_wrong"},
	        {"events of a risk out of their order",
	         "select count(*) from (select event_id < lag(event_id) over (partition by "
	         "risk_id order by seq) as is_wrong from isobar.risk_event join "
	         "event_number using (org_id, event_id)) as e where is_wrong"},
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const int64_t n = pg_fixture_number(pg, cases[i].sql);

		if (n != 0)
			fail_msg("%lld %s", (long long)n, cases[i].what);
	}
}

/* Pages from anywhere are the numbers that follow, each with its event. */
static void check_list(void)
{
	struct pg *reader = pg_fixture_open(NULL, PG_GROUP_READ);
	const int64_t last = pg_fixture_number(pg, "select max(seq) from event_number");

	for (int i = 0; i < 100; i++) {
		ARENA_SCOPED a = arena_new(1 << 16);
		const int64_t after = random_below((int)last + 2);
		const int limit = 1 + random_below(i % 2 ? 5 : 1000);
		struct event_rows page;
		struct error err;

		assert_int_equal(event_list(reader, &org, after, limit, a, &page, &err), 0);
		assert_int_equal(page.n, after >= last          ? 0
		                         : after + limit > last ? last - after
		                                                : limit);
		for (size_t k = 0; k < page.n; k++) {
			assert_int_equal(page.rows[k].seq, after + 1 + (int64_t)k);
			if (k == 0 || k + 1 == page.n)
				assert_int_equal(
				        page.rows[k].id,
				        pg_fixture_number(
				                pg,
				                arena_printf(
				                        a,
				                        "select event_id from event_number "
				                        "where seq = %lld",
				                        (long long)page.rows[k].seq)));
		}
	}
	pg_close(reader);
}

/* --- the figures, counted anew: event by event, as docs/sla-figures.md says --- */

/* What is known of a risk after its events so far. */
struct walk {
	bool began, resolved, acknowledged, paused, has_resolution;
	int state, n_reopened;
	timestamp latest, begun_at, paused_since, paused_at, resolution, due_at;
	int64_t paused_for;
};

struct told {
	const char *risk, *week, *band, *provider, *owner, *actor;
	timestamp at, due_at;
	int kind, state;
};

static bool is_pause(int state)
{
	return state >= 3 && state <= 5;
}

static void expect_fact(struct strbuf *b, const struct told *e, const char *column,
                        int64_t ms)
{
	strbuf_printf(b, "%s('%s', %s, %s, %s, '%s', %lld)", b->size ? ", " : "", e->week,
	              e->band, e->provider, e->owner, column, (long long)ms);
}

/* Milliseconds, none of them less than nothing. */
static int64_t ms_between(timestamp from, timestamp to)
{
	return to > from ? (to - from) / 1000 : 0;
}

static void walk_resolution(struct walk *w, const struct told *e, struct strbuf *b)
{
	const timestamp due = e->due_at != TIMESTAMP_NONE ? e->due_at : w->due_at;
	const timestamp at = is_pause(w->state) ? w->paused_at : e->at;
	const int64_t window = due - w->begun_at;

	expect_fact(b, e, "resolved", ms_between(w->begun_at + w->paused_for, e->at));
	if (due == TIMESTAMP_NONE)
		return;
	expect_fact(b, e, at <= due ? "met" : "missed", 0);
	if (at <= due && 10 * (due - at) < window)
		expect_fact(b, e, "late", 0);
}

static void walk_event(struct walk *w, const struct told *e, bool is_first,
                       struct strbuf *b)
{
	const bool was_resolved = !is_first && w->state == 6;
	const bool begins = e->kind == 0 || e->kind == 4 || (was_resolved && e->state != 6);
	const bool is_crossing = e->kind == 5 || e->kind == 6;

	if (e->kind == 0)
		expect_fact(b, e, "opened", 0);
	if (e->kind == 6)
		expect_fact(b, e, "breached", 0);
	if (e->kind == 4) {
		expect_fact(b, e, "reopened", 0);
		if (w->has_resolution && e->at - w->resolution <= INT64_C(86400) * 1000000)
			expect_fact(b, e, "flapped", 0);
		if (++w->n_reopened > 2)
			expect_fact(b, e, "repeated", 0);
	}
	if (!begins && !is_first && is_pause(w->state) && e->at > w->latest)
		w->paused_for += e->at - w->latest;
	if (begins || is_first) {
		w->acknowledged = false;
		w->begun_at = w->paused_at = e->at;
		w->paused_for = 0;
		w->due_at = TIMESTAMP_NONE;
	}
	if (!begins && !is_first && !was_resolved && !w->acknowledged &&
	    (e->kind == 2 || e->kind == 7 || e->kind == 12) &&
	    strcmp(e->actor, "system") != 0) {
		expect_fact(b, e, "acknowledged", ms_between(w->begun_at, e->at));
		w->acknowledged = true;
	}
	if (e->kind == 3 && !was_resolved)
		walk_resolution(w, e, b);
	if (!begins && !is_first && !is_pause(w->state) && w->state != 6 &&
	    is_pause(e->state))
		w->paused_at = e->at;
	if (e->state < 3 && !is_crossing)
		w->due_at = e->due_at;
	if (e->kind == 3 && (!w->has_resolution || e->at > w->resolution)) {
		w->has_resolution = true;
		w->resolution = e->at;
	}
	if (is_first || e->at > w->latest)
		w->latest = e->at;
	w->state = e->state;
}

static void walk_all(struct strbuf *b)
{
	PGresult *rows = PQexec(
	        pg_connection(pg),
	        "select e.risk_id, e.at, e.kind, e.state, e.band, e.due_at, e.actor, "
	        "to_char(e.at at time zone 'UTC' - interval '1 day' * (extract(isodow from "
	        "e.at at time zone 'UTC') - 1), 'YYYY-MM-DD') as week, "
	        "coalesce(a.provider, "
	        "0) as provider, coalesce(r.owner_id, 0) as owner from event_number as "
	        "s "
	        "join isobar.risk_event as e using (org_id, event_id) join isobar.risk as "
	        "r "
	        "using (org_id, risk_id) left join isobar.asset as a using (org_id, "
	        "asset_id) "
	        "order by e.risk_id, s.seq");
	struct walk w = {0};
	const char *risk = "";

	assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(rows); i++) {
		const struct told e = {
		        .risk = pg_get_text(rows, i, "risk_id"),
		        .week = pg_get_text(rows, i, "week"),
		        .band = pg_get_text(rows, i, "band"),
		        .provider = pg_get_text(rows, i, "provider"),
		        .owner = pg_get_text(rows, i, "owner"),
		        .actor = pg_get_text(rows, i, "actor"),
		        .at = pg_get_timestamp(rows, i, "at"),
		        .due_at = pg_get_timestamp(rows, i, "due_at"),
		        .kind = (int)pg_get_int(rows, i, "kind"),
		        .state = (int)pg_get_int(rows, i, "state"),
		};
		const bool is_first = strcmp(risk, e.risk) != 0;

		if (is_first)
			w = (struct walk){.due_at = TIMESTAMP_NONE};
		walk_event(&w, &e, is_first, b);
		risk = e.risk;
	}
	PQclear(rows);
}

static void check_figures(void)
{
	static const char facts[] =
	        "with kept as (select week, band, provider, owner_id, n.what, n.n from "
	        "isobar.sla_fact cross join lateral (values ('opened', opened), "
	        "('reopened', "
	        "reopened), ('resolved', resolved), ('met', met), ('missed', missed), "
	        "('breached', breached), ('flapped', flapped), ('repeated', repeated), "
	        "('late', late), ('acknowledged', n_acknowledged), ('acknowledge_ms', "
	        "acknowledge_ms), ('resolve_ms', resolve_ms)) as n (what, n) where n.n <> "
	        "0), "
	        "anew as (select week, band, provider, owner_id, what, count(*) as n from "
	        "anew_fact group by 1, 2, 3, 4, 5 union all select week, band, provider, "
	        "owner_id, case what when 'resolved' then 'resolve_ms' else "
	        "'acknowledge_ms' "
	        "end, sum(ms) from anew_fact where what in ('resolved', 'acknowledged') "
	        "group "
	        "by 1, 2, 3, 4, 5 having sum(ms) > 0) select coalesce(string_agg(concat_ws("
	        "' ', k.week, a.week, k.band, a.band, k.provider, a.provider, k.what, "
	        "a.what, "
	        "k.n, a.n), '; '), '') from kept as k full join anew as a using (week, "
	        "band, "
	        "provider, owner_id, what) where k.n is distinct from a.n";
	static const char times[] =
	        "with anew as (select (what = 'resolved')::integer as measure, s.split, "
	        "s.part, week, ceil(greatest(log(1.02, greatest(ms, 1000) / 1000.0), 0)) "
	        "as "
	        "bucket, count(*) as n from anew_fact cross join lateral (values (0, "
	        "0::bigint), "
	        "(1, band), (2, provider), (3, owner_id)) as s (split, part) where what in "
	        "('resolved', 'acknowledged') group by 1, 2, 3, 4, 5) select count(*) from "
	        "isobar.sla_duration as d full join anew as a using (measure, split, part, "
	        "week, bucket) where d.n is distinct from a.n";
	struct strbuf b = {0}, insert = {0};
	const char *wrong;

	walk_all(&b);
	pg_fixture_exec(pg, "create temporary table anew_fact (week date, band smallint, "
	                    "provider smallint, owner_id bigint, what text, ms bigint)");
	strbuf_printf(&insert, "insert into anew_fact values %s", strbuf_text(&b));
	pg_fixture_exec(pg, strbuf_text(&insert));
	wrong = pg_fixture_text(pg, facts);
	if (*wrong)
		fail_msg("counted otherwise: %.800s", wrong);
	if (pg_fixture_number(pg, times) != 0)
		fail_msg("times are in other buckets");
	pg_fixture_exec(pg, "drop table anew_fact");
	strbuf_done(&insert);
	strbuf_done(&b);
}

static void one_round(void)
{
	pid_t writers[N_WRITERS], sequencers[N_SEQUENCERS];
	int n_kills = 0, status;

	renew_risks();
	for (int i = 0; i < N_SEQUENCERS; i++)
		sequencers[i] = start(run_sequencer, i);
	for (int i = 0; i < N_WRITERS; i++)
		writers[i] = start(run_writer, i);
	for (const int64_t end = now_ms() + ROUND_MS; now_ms() < end; n_kills++) {
		const int i = random_below(N_SEQUENCERS);

		sleep_ms(50 + random_below(350));
		kill_one(&sequencers[i], i);
	}
	for (int i = 0; i < N_WRITERS; i++) {
		assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	for (int i = 0; i < N_SEQUENCERS; i++) {
		kill(sequencers[i], SIGKILL);
		waitpid(sequencers[i], NULL, 0);
	}
	/* The backends of the killed may be at it still. */
	while (pg_fixture_number(pg,
	                         "select count(*) from pg_stat_activity where datname = "
	                         "current_database() and pid <> pg_backend_pid()"))
		sleep_ms(10);

	struct pg *last = open_sequencer();
	const int64_t n_left = number_all(last, 1000);

	pg_close(last);
	check_numbers();
	check_list();
	check_figures();
	printf("%lld events, %d kills, %lld events left for the end\n",
	       (long long)pg_fixture_number(pg, "select count(*) from event_number"),
	       n_kills, (long long)n_left);
}

static void test_events__are_numbered_once_whatever_dies(void **state)
{
	const int n_rounds = getenv("ISOBAR_TEST_ALL") ? 50 : 5;

	(void)state;
	for (int i = 0; i < n_rounds; i++)
		one_round();
}

/* --- singular cases --- */

/* n events of a risk. */
static void write_events(struct pg *as, int risk, int n)
{
	ARENA_SCOPED a = arena_new(512);

	pg_fixture_exec(
	        as, arena_printf(a,
	                         "insert into isobar.risk_event (org_id, risk_id, at, "
	                         "kind, state, band, score, actor, reason) select 1, "
	                         "md5('r%d')::uuid, now(), 1, 0, 0, 1, 'system', '' from "
	                         "generate_series(1, %d)",
	                         risk, n));
}

static void test_events__of_a_long_transaction_hold_nobody_up(void **state)
{
	struct pg *slow = pg_fixture_open("isobar_scorer", 0);
	struct pg *as = open_sequencer();

	(void)state;
	renew_risks();
	pg_fixture_exec(slow, "begin");
	write_events(slow, 1, 10);
	for (int i = 0; i < 5; i++) {
		write_events(pg, 0, 3);
		assert_int_equal(number_all(as, 100), 3);
	}
	pg_fixture_exec(slow, "commit");
	assert_int_equal(number_all(as, 4), 10); /* in batches */
	check_numbers();
	assert_int_equal(number_all(as, 4), 0);
	pg_close(as);
	pg_close(slow);
}

static void test_events__more_than_a_batch_keep_the_order_of_a_risk(void **state)
{
	struct pg *first = pg_fixture_open("isobar_scorer", 0);
	struct pg *second = pg_fixture_open("isobar_scorer", 0);
	struct pg *as = open_sequencer();

	(void)state;
	renew_risks();
	/* The transaction with the greater id writes first. */
	pg_fixture_exec(first, "begin");
	pg_fixture_number(first, "select pg_current_xact_id()::text::bigint");
	pg_fixture_exec(second, "begin");
	write_events(second, 0, 20);
	pg_fixture_exec(second, "commit");
	write_events(first, 0, 20);
	pg_fixture_exec(first, "commit");
	assert_int_equal(number_all(as, 7), 40);
	check_numbers();
	pg_close(as);
	pg_close(second);
	pg_close(first);
}

static void test_events__from_a_dump_are_numbered_on_another_server(void **state)
{
	struct pg *as = open_sequencer();

	(void)state;
	renew_risks();
	write_events(pg, 0, 5);
	assert_int_equal(number_all(as, 3), 5);
	write_events(pg, 0, 4);
	/* As the tables are after pg_restore: another server, ids of the old one's
	 * transactions, some of which have yet to come here. */
	pg_fixture_exec(pg, "update isobar.event_sequencer set server = 1, numbered = "
	                    "'90000000:90000010:90000001'");
	pg_fixture_exec(pg, "update isobar.risk_event set xid = (90000000 + "
	                    "event_id)::text::xid8");
	number_all(as, 100);
	assert_int_equal(number_all(as, 100), 4);
	write_events(pg, 0, 2);
	assert_int_equal(number_all(as, 100), 2);
	check_numbers();
	pg_close(as);
}

static void test_events__at_rest_write_nothing(void **state)
{
	struct pg *as = open_sequencer();

	(void)state;
	renew_risks();
	write_events(pg, 0, 5);
	assert_int_equal(number_all(as, 100), 5);
	const int64_t before = pg_fixture_number(
	        pg, "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");

	for (int i = 0; i < 10; i++)
		assert_int_equal(number_all(as, 100), 0);
	assert_int_equal(
	        pg_fixture_number(
	                pg, "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
	        before);
	pg_close(as);
}

static int set_up(void **state)
{
	(void)state;
	pg_fixture_create("events");
	pg_fixture_migrate();
	pg = pg_fixture_open(NULL, 0);
	pg_fixture_exec(pg,
	                "create view public.event_number as select s.org_id, s.seq + i as "
	                "seq, s.event_id + i as event_id from isobar.event_seq as s cross "
	                "join generate_series(0, s.n - 1) as i");
	make_assets();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pg_close(pg);
	pg_fixture_drop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_events__of_a_long_transaction_hold_nobody_up),
	        cmocka_unit_test(test_events__more_than_a_batch_keep_the_order_of_a_risk),
	        cmocka_unit_test(test_events__from_a_dump_are_numbered_on_another_server),
	        cmocka_unit_test(test_events__at_rest_write_nothing),
	        cmocka_unit_test(test_events__are_numbered_once_whatever_dies),
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	random_begin((uint64_t)time(NULL));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
