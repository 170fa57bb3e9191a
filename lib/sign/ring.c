#include "base/compat.h"
#include "sign/home.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

/* The first blob of a key box: its length, type and version, and at 20 when it
 * was looked through. */
#define STAMP_AT 20

int ev_ring_rest(const char *dir, const char *name)
{
	static const unsigned char magic[] = { 0, 0, 0, 32, 1, 1 };
	static const unsigned char later[4] = { 0xf0 };	/* the year 2097 */
	struct ev_buf path = EV_BUF_INIT;
	unsigned char head[12];
	int fd, ret = 0;

	ev_path_join(&path, dir, name);
	fd = open(path.ptr, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	    !memcmp(head, magic, sizeof(magic)) &&
	    !memcmp(head + 8, "KBXf", 4) &&
	    pwrite(fd, later, sizeof(later), STAMP_AT) != sizeof(later))
		ret = ev_fail_errno(EV_ERROR, "'%s'", path.ptr);
	if (fd >= 0)
		close(fd);
	ev_buf_release(&path);
	return ret;
}
