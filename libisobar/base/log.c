/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line a message, in one write, so that the lines of several processes on one
 * stderr do not mix.  The keys are those of the Elastic Common Schema.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/timestamp.h"

static struct {
	const char *program;
	bool json;
	enum log_level least;
} config = {"isobar", false, LOG_INFO};

void log_open(const char *program, bool json, enum log_level least)
{
	config.program = program;
	config.json = json;
	config.least = least;
}

bool log_is_json(void)
{
	return config.json;
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_DEBUG:
		return "debug";
	case LOG_INFO:
		return "info";
	case LOG_WARN:
		return "warn";
	case LOG_ERROR:
		return "error";
	}
	return "unknown";
}

void log_begin_line(struct strbuf *line, enum log_level level)
{
	char now[TIMESTAMP_TEXT_MAX];

	strbuf_printf(line, "{\"@timestamp\":\"%s\",\"log.level\":\"%s\",\"service.name\":",
	              timestamp_format(timestamp_now(), now), level_name(level));
	strbuf_put_json(line, config.program);
}

void log_end_line(struct strbuf *line)
{
	strbuf_puts(line, ",\"ecs.version\":\"8.11\"}\n");
}

static void put_json_line(struct strbuf *line, enum log_level level, const char *message)
{
	log_begin_line(line, level);
	strbuf_puts(line, ",\"message\":");
	strbuf_put_json(line, message);
	log_end_line(line);
}

/* Messages quote foreign data: no control character may reach the terminal. */
static void put_text_line(struct strbuf *line, const char *message)
{
	strbuf_puts(line, config.program);
	strbuf_puts(line, ": ");
	for (; *message; message++) {
		if ((unsigned char)*message < ' ' || *message == 0x7f)
			strbuf_putc(line, ' ');
		else
			strbuf_putc(line, *message);
	}
	strbuf_putc(line, '\n');
}

void log_write(const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDERR_FILENO, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* there is nobody left to tell */
		data += n;
		size -= (size_t)n;
	}
}

void log_put(enum log_level level, const char *fmt, ...)
{
	int saved = errno; /* logging on the way out must not change why */
	struct strbuf message = {0}, line = {0};
	va_list ap;

	if (level < config.least)
		return;
	va_start(ap, fmt);
	strbuf_vprintf(&message, fmt, ap);
	va_end(ap);
	if (config.json)
		put_json_line(&line, level, strbuf_text(&message));
	else
		put_text_line(&line, strbuf_text(&message));
	log_write(line.data, line.size);
	strbuf_done(&line);
	strbuf_done(&message);
	errno = saved;
}
