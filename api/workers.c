/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More cores, more processes: each worker is single-threaded and listens on the same
 * address (SO_REUSEPORT), and they share counters and budgets only.  A worker that
 * stops beating is killed and started again, since a loop that hangs answers nobody
 * and still takes its part of the connections.
 */
#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#include "notify.h"
#include "request.h"

#define TICK_MS      500
#define HUNG_USEC    15000000
#define DELAY_MAX_MS 30000
#define STEADY_USEC  60000000

struct child {
	pid_t pid; /* 0: does not run */
	int64_t started_at, due_at;
	unsigned int delay_ms;
};

struct shared {
	volatile int64_t beats[METRICS_PROCESSES_MAX];
	volatile bool ready[METRICS_PROCESSES_MAX];
};

struct workers {
	struct worker_options *options;
	struct child children[METRICS_PROCESSES_MAX];
	struct shared *shared;
	unsigned int n;
	bool is_stopping, is_told;
	int exit_code;
};

/* --- one process --- */

static void tell_ready(const char *url, void *ctx)
{
	(void)ctx;
	log_info("listening on %s", url);
	notify_send("READY=1\nSTATUS=listening on %s", url);
}

static int run_alone(struct worker_options *options)
{
	int code;

	options->ready = tell_ready;
	code = worker_run(options);
	notify_send("STOPPING=1");
	return code;
}

/* --- several --- */

static void child_ready(const char *url, void *ctx)
{
	struct shared *shared = ctx;

	(void)url;
	for (int i = 0; i < METRICS_PROCESSES_MAX; i++)
		if (shared->beats[i] == -(int64_t)getpid())
			shared->ready[i] = true;
}

/* True: this is the worker now. */
static bool start(struct workers *w, unsigned int i)
{
	struct child *c = &w->children[i];
	sigset_t none;

	c->started_at = request_clock();
	w->shared->ready[i] = false;
	w->shared->beats[i] = 0;
	c->pid = fork();
	if (c->pid < 0) {
		log_error("fork: %s", strerror(errno));
		c->pid = 0;
		c->due_at = c->started_at + DELAY_MAX_MS * INT64_C(1000);
		return false;
	}
	if (c->pid > 0)
		return false;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Until the first beat the place holds who is there, for child_ready(). */
	w->shared->beats[i] = -(int64_t)getpid();
	w->options->number = i;
	w->options->is_replacement = w->is_told;
	w->options->beat = &w->shared->beats[i];
	w->options->ready = child_ready;
	w->options->ctx = w->shared;
	return true;
}

static void ended(struct workers *w, struct child *c, int status)
{
	const int64_t now = request_clock();

	c->pid = 0;
	if (w->is_stopping)
		return;
	if (c->delay_ms == 0 || now - c->started_at > STEADY_USEC)
		c->delay_ms = 500;
	log_error("worker %td %s %d; it starts again in %u ms", c - w->children,
	          WIFSIGNALED(status) ? "was ended by signal" : "ended with code",
	          WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	          c->delay_ms);
	/* What a worker can't do at its first try it will not do at the next either. */
	if (!w->is_told && WIFEXITED(status)) {
		w->is_stopping = true;
		w->exit_code = WEXITSTATUS(status);
	}
	c->due_at = now + c->delay_ms * INT64_C(1000);
	c->delay_ms = c->delay_ms * 2 > DELAY_MAX_MS ? DELAY_MAX_MS : c->delay_ms * 2;
}

static void reap(struct workers *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned int i = 0; i < w->n; i++)
			if (w->children[i].pid == pid)
				ended(w, &w->children[i], status);
}

static void signal_all(const struct workers *w, int signal)
{
	for (unsigned int i = 0; i < w->n; i++)
		if (w->children[i].pid > 0)
			kill(w->children[i].pid, signal);
}

static unsigned int n_running(const struct workers *w)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < w->n; i++)
		n += w->children[i].pid > 0;
	return n;
}

static unsigned int n_ready(const struct workers *w)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < w->n; i++)
		n += w->shared->ready[i];
	return n;
}

/* Starts what is due and ends what hangs.  True: this is a worker now. */
static bool look_after(struct workers *w)
{
	const int64_t now = request_clock();

	for (unsigned int i = 0; i < w->n; i++) {
		struct child *c = &w->children[i];
		const int64_t beat = w->shared->beats[i];

		if (c->pid == 0 && now >= c->due_at && !w->is_stopping) {
			if (start(w, i))
				return true;
		} else if (c->pid > 0 && beat > 0 && now - beat > HUNG_USEC) {
			log_error("worker %u hangs", i);
			kill(c->pid, SIGABRT);
			w->shared->beats[i] = 0;
		}
	}
	if (!w->is_told && n_ready(w) == w->n) {
		w->is_told = true;
		log_info("listening on %s with %u workers", w->options->settings->listen,
		         w->n);
		notify_send("READY=1\nSTATUS=%u workers listen on %s", w->n,
		            w->options->settings->listen);
	}
	notify_send("WATCHDOG=1");
	return false;
}

static void take_signal(struct workers *w, int signal)
{
	if (signal == SIGHUP) {
		signal_all(w, SIGHUP);
	} else if (signal == SIGTERM || signal == SIGINT) {
		w->is_stopping = true;
		notify_send("STOPPING=1");
		signal_all(w, SIGTERM);
	}
}

static int watch_over(struct workers *w)
{
	const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (unsigned int i = 0; i < w->n; i++)
		if (start(w, i))
			return worker_run(w->options);
	while (!w->is_stopping || n_running(w) > 0) {
		const bool was_stopping = w->is_stopping;

		take_signal(w, sigtimedwait(&set, NULL, &tick));
		reap(w);
		if (w->is_stopping && !was_stopping)
			signal_all(w, SIGTERM);
		if (look_after(w))
			return worker_run(w->options);
	}
	return w->exit_code;
}

int workers_run(struct worker_options *options)
{
	static struct workers w;

	if (options->settings->workers == 1)
		return run_alone(options);
	w.options = options;
	w.n = options->settings->workers;
	w.shared = mmap(NULL, sizeof(*w.shared), PROT_READ | PROT_WRITE,
	                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w.shared == MAP_FAILED) {
		log_error("no shared memory: %s", strerror(errno));
		return 1;
	}
	return watch_over(&w);
}
