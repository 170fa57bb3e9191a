/*
 * compat.h - included first by every .c file
 *
 * Chooses the POSIX and GNU interfaces we use and makes the functions that
 * have hurt others fail to compile.  <stdio.h> comes in here because the bans
 * would otherwise hit its own declarations.
 */
#ifndef EV_BASE_COMPAT_H
#define EV_BASE_COMPAT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EV_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define EV_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define EV_BANNED(fn) ev_banned_##fn##_use_the_base_room_instead
#undef strcpy
#define strcpy(a, b) EV_BANNED(strcpy)
#undef strcat
#define strcat(a, b) EV_BANNED(strcat)
#undef sprintf
#define sprintf(...) EV_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) EV_BANNED(vsprintf)
#undef gets
#define gets(a) EV_BANNED(gets)
#undef strtok
#define strtok(a, b) EV_BANNED(strtok)
#undef system
#define system(a) EV_BANNED(system)
#undef popen
#define popen(a, b) EV_BANNED(popen)

#endif
