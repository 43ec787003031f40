/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ASSET_H
#define ISOBAR_ASSET_H

/*
 * What we know of an asset beside its findings.  Levels ascend by risk; unknown
 * is a level of its own, between the good and the bad ones.  The numbers are
 * stored: append, never reorder.
 */
enum exposure {
	EXPOSURE_NONE, /* no route */
	EXPOSURE_RESTRICTED,
	EXPOSURE_INTERNAL,
	EXPOSURE_UNKNOWN,
	EXPOSURE_FILTERED, /* internet, behind WAF, allow-list or authn proxy */
	EXPOSURE_OPEN
};

enum criticality {
	CRITICALITY_SANDBOX,
	CRITICALITY_DEVELOPMENT,
	CRITICALITY_UNKNOWN,
	CRITICALITY_PRODUCTION,
	CRITICALITY_IMPORTANT,
	CRITICALITY_MISSION
};

enum sensitivity {
	SENSITIVITY_NONE, /* no data, or public */
	SENSITIVITY_INTERNAL,
	SENSITIVITY_UNKNOWN,
	SENSITIVITY_CONFIDENTIAL,
	SENSITIVITY_REGULATED /* or secrets */
};

enum privilege {
	PRIVILEGE_NONE,
	PRIVILEGE_READ,
	PRIVILEGE_UNKNOWN,
	PRIVILEGE_WRITE,
	PRIVILEGE_BROAD,
	PRIVILEGE_ADMIN
};

struct asset_context {
	enum exposure exposure;
	enum criticality criticality;
	enum sensitivity sensitivity;
	enum privilege privilege;
};

#endif
