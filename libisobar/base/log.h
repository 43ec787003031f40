#ifndef ISOBAR_LOG_H
#define ISOBAR_LOG_H

#include <stdbool.h>

#include "base/attr.h"

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
void log_put(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#define log_debug(...) log_put(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_put(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_put(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_put(LOG_ERROR, __VA_ARGS__)

#endif
