#include "base/compat.h"
#include "cmd/setup.h"

#include "base/buf.h"
#include "base/mem.h"
#include "cmd/paths.h"

int setup_hooks(struct ev_strs *done, struct ev_repo *r,
		struct ev_install *how)
{
	struct ev_buf program = EV_BUF_INIT, templates = EV_BUF_INIT;
	int ret = program_path(&program);

	if (ret >= 0)
		ret = hooks_path(&templates);
	if (ret >= 0) {
		how->program = program.ptr;
		how->templates = templates.ptr;
		ret = ev_hooks_install(done, r, how);
		how->program = how->templates = NULL;
	}
	ev_buf_release(&program);
	ev_buf_release(&templates);
	return ret;
}

char *setup_refspec(const char *remote)
{
	return ev_strdupf("+refs/notes/evidenc*e:"
			  "refs/notes-remote/%s/evidenc*e", remote);
}
