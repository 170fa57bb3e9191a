#include "base/compat.h"
#include "repo/treecheck.h"

#include "base/mem.h"

static int end_byte(const struct ev_treecheck_name *a, size_t at, bool tree)
{
	if (at < a->n)
		return (unsigned char)a->p[at];
	return tree ? '/' : 0;
}

/* The order of Git: a folder sorts as if its name ended in a slash. */
static int name_cmp(const struct ev_treecheck_name *a, bool a_tree,
		    const struct ev_treecheck_name *b, bool b_tree)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int d = memcmp(a->p, b->p, n);

	return d ? d : end_byte(a, n, a_tree) - end_byte(b, n, b_tree);
}

static bool begins(const struct ev_treecheck_name *name,
		   const struct ev_treecheck_name *with)
{
	return name->n >= with->n && !memcmp(name->p, with->p, with->n);
}

static bool same_as_file(struct ev_treecheck *c,
			 const struct ev_treecheck_name *name)
{
	while (c->n && !begins(name, &c->open[c->n - 1]))
		c->n--;
	return c->n && c->open[c->n - 1].n == name->n;
}

const char *ev_treecheck_next(struct ev_treecheck *c, const char *name,
			      size_t n, unsigned mode)
{
	struct ev_treecheck_name now = { name, n };
	bool tree = mode == 040000;

	if (memchr(name, '/', n))
		return "an entry has a '/' in its name";
	if (name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')))
		return "an entry is called '.' or '..'";
	if (same_as_file(c, &now) ||
	    (c->last.p && begins(&now, &c->last) && n == c->last.n))
		return "it lists a name twice";
	if (c->last.p && name_cmp(&c->last, c->last_is_tree, &now, tree) >= 0)
		return "its entries are out of order";
	if (!tree) {
		EV_GROW(c->open, c->n, c->cap);
		c->open[c->n++] = now;
	}
	c->last = now;
	c->last_is_tree = tree;
	return NULL;
}

void ev_treecheck_release(struct ev_treecheck *c)
{
	free(c->open);
}
