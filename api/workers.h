/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WORKERS_H
#define ISOBAR_WORKERS_H

#include "worker.h"

/*
 * One worker in this process, or several in processes of their own that this one
 * watches: it starts again what dies, hands signals on, and tells the service manager.
 * Gives the exit code.  options->ready and ctx are set here.
 */
int workers_run(struct worker_options *options);

#endif
