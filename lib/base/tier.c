#include "base/compat.h"

#include "base/tier.h"

static const char *const names[EV_TIERS] = {
	NULL, "low", "moderate", "high", "critical"
};

const char *ev_tier_name(enum ev_tier t)
{
	return (size_t)t < EV_TIERS ? names[t] : NULL;
}

enum ev_tier ev_tier_parse(const char *word)
{
	size_t i;

	for (i = EV_TIER_LOW; word && i < EV_TIERS; i++)
		if (!strcmp(names[i], word))
			return (enum ev_tier)i;
	return EV_TIER_NONE;
}
