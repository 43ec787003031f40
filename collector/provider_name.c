/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cloud a record is about: tools have their own names for it, and an id often
 * tells by itself.
 */
#include "provider_name.h"

#include <string.h>
#include <strings.h>

#include "base/attr.h"

enum provider provider_of_name(const char *name)
{
	static const struct {
		const char *name;
		enum provider provider;
	} names[] = {
	        {"aws", PROVIDER_AWS},          {"amazon", PROVIDER_AWS},
	        {"azure", PROVIDER_AZURE},      {"microsoft azure", PROVIDER_AZURE},
	        {"gcp", PROVIDER_GCP},          {"google", PROVIDER_GCP},
	        {"google cloud", PROVIDER_GCP}, {"oci", PROVIDER_OCI},
	        {"oraclecloud", PROVIDER_OCI},  {"eks", PROVIDER_AWS},
	        {"aks", PROVIDER_AZURE},        {"gke", PROVIDER_GCP},
	        {"oke", PROVIDER_OCI},
	};

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		if (strcasecmp(name, names[i].name) == 0)
			return names[i].provider;
	}
	return PROVIDER_NONE;
}

enum provider provider_of_id(const char *id)
{
	if (strncmp(id, "arn:aws", 7) == 0)
		return PROVIDER_AWS;
	if (strncasecmp(id, "/subscriptions/", 15) == 0)
		return PROVIDER_AZURE;
	if (strncmp(id, "projects/", 9) == 0 ||
	    ((strncmp(id, "//", 2) == 0 || strncmp(id, "https://", 8) == 0) &&
	     strstr(id, ".googleapis.com/") != NULL))
		return PROVIDER_GCP;
	if (strncmp(id, "ocid1.", 6) == 0)
		return PROVIDER_OCI;
	return PROVIDER_NONE;
}
