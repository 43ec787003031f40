#ifndef ISOBAR_LOG_H
#define ISOBAR_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * Messages to stderr: one JSON object a line for daemons, plain text on a
 * terminal.  Programs log, once, at the top; libraries return errors.
 */
enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR
};

/* program is borrowed for ever.  json: one object a line, else "program: text". */
void log_open(const char *program, bool json, enum log_level least);
bool log_is_json(void);
void log_put(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

/*
 * A JSON line with members of the caller's own, who puts `,"key":value` between these
 * two and writes it by log_write().  It has no message, and is for what happens so
 * often that a program gathers the lines.
 */
void log_begin_line(struct strbuf *line, enum log_level level);
void log_end_line(struct strbuf *line);
void log_write(const char *data, size_t size); /* to stderr, all of it */

#define log_debug(...) log_put(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_put(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_put(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_put(LOG_ERROR, __VA_ARGS__)

#endif
