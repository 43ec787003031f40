/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting again what died.
 */
#include "daemon.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#define DELAY_MAX 30    /* seconds between two starts of a daemon that dies */
#define STEADY_MS 60000 /* after which its death is news */

int64_t daemon_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void daemon_start(struct daemon *d, daemon_complain_fn *complain, void *ctx)
{
	struct child child = {.argv = d->argv, .output = -1, .death_signal = SIGTERM};
	struct error err;

	for (int i = 0; i < CHILD_VARIABLES; i++)
		child.variables[i] = d->variables[i];
	d->started = daemon_clock();
	d->pid = child_start(&child, &err);
	if (d->pid < 0) {
		complain(ctx, err.text);
		d->pid = 0;
		d->due = d->started + DELAY_MAX * 1000;
	}
}

void daemon_ended(struct daemon *d, int status, daemon_complain_fn *complain, void *ctx)
{
	const int64_t now = daemon_clock();
	char words[48], text[160];

	if (now - d->started >= STEADY_MS || d->delay == 0)
		d->delay = 1;
	snprintf(text, sizeof(text), "%s %s; it starts again in %u s", d->name,
	         child_status_words(status, words), d->delay);
	complain(ctx, text);
	d->pid = 0;
	d->due = now + d->delay * 1000;
	d->delay = d->delay * 2 > DELAY_MAX ? DELAY_MAX : d->delay * 2;
}

void daemon_stop(struct daemon *d, int timeout_ms)
{
	int status;

	if (d->pid == 0)
		return;
	kill(d->pid, SIGTERM);
	if (!child_wait(d->pid, timeout_ms, &status)) {
		kill(d->pid, SIGKILL);
		waitpid(d->pid, &status, 0);
	}
	d->pid = 0;
}

bool daemon_is_due(const struct daemon *d)
{
	return d->pid == 0 && daemon_clock() >= d->due;
}

int daemon_wait_ms(const struct daemon *d, int most_ms)
{
	int64_t left;

	if (d->pid)
		return most_ms;
	left = d->due - daemon_clock();
	if (left < 0)
		left = 0;
	return most_ms < 0 || left < most_ms ? (int)left : most_ms;
}
