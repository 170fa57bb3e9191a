#include "base/compat.h"
#include "cmd/render.h"

#include <strings.h>

#include "cmd/pager.h"
#include "repo/config.h"

static struct ev_repo *repo;
static bool plain;
static int wanted = -1;
static bool on;

void render_setup(const struct context *ctx)
{
	repo = ctx->repo;
	plain = ctx->json;
	wanted = -1;
}

static bool colour_wanted(void)
{
	const char *value, *env;

	if (plain)
		return false;
	value = ev_config_get(repo, "color.evidence", NULL);
	if (!value)
		value = ev_config_get(repo, "color.ui", NULL);
	if (value && !strcasecmp(value, "always"))
		return true;
	if (value && strcasecmp(value, "auto") &&
	    !ev_config_bool(repo, ev_config_get(repo, "color.evidence", NULL) ?
			    "color.evidence" : "color.ui", false))
		return false;
	env = getenv("NO_COLOR");
	if (env && *env)
		return false;
	env = getenv("TERM");
	if (!env || !strcmp(env, "dumb"))
		return false;
	return stdout_is_terminal();
}

static bool colour(void)
{
	if (wanted < 0) {
		wanted = colour_wanted();
		ev_error_clear();
	}
	return wanted;
}

const char *colour_on(enum colour c)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "", [COLOUR_GOOD] = "\033[32m",
		[COLOUR_BAD] = "\033[31m", [COLOUR_WARN] = "\033[33m",
		[COLOUR_DIM] = "\033[2m",
	};

	on = c != COLOUR_NONE && colour();
	return on ? codes[c] : "";
}

const char *colour_off(void)
{
	return on ? "\033[m" : "";
}
