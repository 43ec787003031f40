/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_MODEL_FILE_H
#define ISOBAR_MODEL_FILE_H

#include "cli.h"
#include "scorer/score.h"

/* A score model in a file, checked. */
struct model_file {
	struct strbuf text;
	struct score_model *model;
};

/* False after complaining: "FILE:12: points.exposure falls from 95 to 30 …".  To be done either way. */
bool model_file_read(struct cli *cli, const char *path, struct model_file *out);
void model_file_done(struct model_file *m);

#endif
