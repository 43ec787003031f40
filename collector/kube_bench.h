/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_KUBE_BENCH_H
#define ISOBAR_KUBE_BENCH_H

#include "format.h"

/* JSON of kube-bench by Aqua: all controls of a run, or those of one kind of node. */
extern const struct format kube_bench;

#endif
