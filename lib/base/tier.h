/*
 * tier.h - how grave it is when a device is wrong
 *
 * The one scale of manifests, policies and suites, in rising order.
 */
#ifndef EV_BASE_TIER_H
#define EV_BASE_TIER_H

#include "base/compat.h"

/* NONE: it does not say. */
enum ev_tier { EV_TIER_NONE, EV_TIER_LOW, EV_TIER_MODERATE, EV_TIER_HIGH,
	       EV_TIER_CRITICAL };
#define EV_TIERS (EV_TIER_CRITICAL + 1)
const char *ev_tier_name(enum ev_tier t);		/* NULL for NONE */
enum ev_tier ev_tier_parse(const char *word);		/* NONE if unknown */

#endif
