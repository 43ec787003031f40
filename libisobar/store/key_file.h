/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_KEY_FILE_H
#define ISOBAR_KEY_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/sealed_secret.h"

/*
 * Where the master key of the secrets is: the file that ISOBAR_KEY_FILE names, else the
 * credential isobar.key of systemd ($CREDENTIALS_DIRECTORY), else key in state_dir.
 */
struct key_file {
	const char *path;
	bool is_ours; /* in the state folder: made when it is missing */
};

/* Looks at the environment alone. */
struct key_file key_file_find(const char *state_dir, struct arena *a);

/*
 * ERR_NOT_FOUND: there is none.  ERR_DENIED: it cannot be read, or others than its owner
 * may read it; a file of root may be read by its group.  ERR_INVALID: it holds no key.
 */
int key_file_read(const char *path, struct master_key *out, struct error *err) MUST_CHECK;

/*
 * A new key in a new file of mode 0600, written to the disk, never half.  ERR_CONFLICT:
 * there is such a file.  Its folder exists.
 */
int key_file_make(const char *path, struct master_key *out, struct error *err) MUST_CHECK;

#endif
