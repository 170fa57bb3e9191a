/*
 * clock - run a command once and say what it took
 *
 *	clock [-m] COMMAND [ARGUMENT...]
 *
 * Prints "WALL FIRST PEAK STATUS": seconds until it had ended, seconds until
 * the first byte of its output, peak resident KiB of that process alone (with
 * -m; asking for it costs time, so 0 without), exit status.  The output is read
 * through a pipe, as a pager would, and thrown away.
 */
#include "base/compat.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The high-water mark of `pid`; what it was before if it is gone. */
static unsigned long peak_of(pid_t pid, unsigned long before)
{
	char path[64], row[256];
	unsigned long peak = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	f = fopen(path, "re");
	if (!f)
		return before;
	while (fgets(row, sizeof(row), f))
		if (sscanf(row, "VmHWM: %lu", &peak) == 1)
			break;
	fclose(f);
	return peak > before ? peak : before;
}

static pid_t start(int *out, char **argv)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	*out = fds[0];
	return pid;
}

int main(int argc, char **argv)
{
	static char chunk[1 << 16];
	bool memory = argc > 1 && !strcmp(argv[1], "-m");
	unsigned long peak = 0;
	double begin, first = 0;
	struct pollfd p;
	int status = 0;
	ssize_t n = 1;
	pid_t pid;

	argv += 1 + memory;
	if (argc < 2 + memory) {
		fprintf(stderr, "usage: clock [-m] COMMAND...\n");
		return 129;
	}
	begin = now();
	pid = start(&p.fd, argv);
	if (pid < 0) {
		perror("clock");
		return 128;
	}
	p.events = POLLIN;
	while (n > 0 || (n < 0 && errno == EINTR)) {
		if (memory) {
			peak = peak_of(pid, peak);
			if (poll(&p, 1, 1) == 0)
				continue;
		}
		n = read(p.fd, chunk, sizeof(chunk));
		if (n > 0 && first <= 0)
			first = now() - begin;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	printf("%.6f %.6f %lu %d\n", now() - begin, first, peak,
	       WIFEXITED(status) ? WEXITSTATUS(status)
				 : 128 + WTERMSIG(status));
	return 0;
}
