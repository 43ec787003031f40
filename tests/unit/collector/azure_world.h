/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_AZURE_WORLD_H
#define ISOBAR_TEST_AZURE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/json_view.h"
#include "model/severity.h"

#include "collector/azure.h"

/* What the tests of the Azure formats share.  Records are JSON with ' for ". */
#define SUB    "/subscriptions/11111111-1111-1111-1111-111111111111"
#define VM     SUB "/resourceGroups/Rg1/providers/Microsoft.Compute/virtualMachines/Vm1"
#define KEY    "aaaaaaaa-0000-4000-8000-000000000001"
#define ASSESS "/providers/Microsoft.Security/assessments/"
#define SUBSUB ASSESS KEY "/subAssessments/bbbbbbbb-0000-4000-8000-000000000002"

enum {
	N_AZURE_FORMATS = 12
};

extern const struct format *const azure_formats[N_AZURE_FORMATS];

struct world {
	struct arena *arena;
	struct json_doc *docs[2]; /* envelope, record */
	struct parse_output out;
	struct error err;
};

void world_open(struct world *w);
void world_close(struct world *w);
struct json_view view_of(struct world *w, size_t doc, const char *text);

/*
 * Parses a record without (envelope NULL) or within its document into w->out, and
 * checks that of all Azure formats this one alone detects it.
 */
int parse(struct world *w, const struct format *format, const char *envelope,
          const char *record);

/* The one finding that a good record makes, sealed. */
struct finding *one_finding(struct world *w, const struct format *format,
                            const char *envelope, const char *record);

#endif
