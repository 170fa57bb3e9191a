#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"

int ev_measure_classes(struct ev_work *w, const struct ev_task *t)
{
	return ev_fail(EV_EINVALID, "metric '%s' is not supported for %zu "
		       "classes", t->q->key, w->g->s->dataset.classes.n);
}
