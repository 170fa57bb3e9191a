#include "base/compat.h"

#include "ledger/said.h"

#include "base/hash.h"

static struct ev_oid name_of(const struct ev_oid *object,
			     const struct ev_line *line)
{
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_buf text = EV_BUF_INIT;
	struct ev_oid name;

	ev_buf_add(&text, object->id, sizeof(object->id));
	ev_buf_addf(&text, "%s %s", line->record.id, line->record.signer);
	ev_sha256_bytes(digest, text.ptr, text.len);
	memcpy(name.id, digest, sizeof(name.id));
	ev_buf_release(&text);
	return name;
}

void ev_said_release(struct ev_said *s)
{
	ev_oidmap_free(s->map);
	s->map = NULL;
}

void ev_said_add(struct ev_said *s, const struct ev_oid *object,
		 const struct ev_line *line)
{
	struct ev_oid name = name_of(object, line);

	if (!s->map)
		s->map = ev_oidmap_new();
	*ev_oidmap_at(s->map, &name) = s;
}

bool ev_said_has(const struct ev_said *s, const struct ev_oid *object,
		 const struct ev_line *line)
{
	struct ev_oid name = name_of(object, line);

	return s->map && ev_oidmap_get(s->map, &name);
}

int ev_said_load(struct ev_said *s, struct ev_ledger *l,
		 const struct ev_oid *object, const struct ev_slices *lines)
{
	struct ev_line line;
	size_t i;
	int ret;

	ret = ev_ledger_learn(l, lines->items, lines->n);
	for (i = 0; ret == 0 && i < lines->n; i++) {
		ret = ev_ledger_judge(&line, l, object, lines->items[i].p,
				      lines->items[i].n);
		if (ret == 0 && line.state == EV_LIVE)
			ev_said_add(s, object, &line);
		ev_line_release(&line);
	}
	return ret;
}
