/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that this tree does not use, made compile errors. Included by the build in every
 * C file of ours except memory.c, before the file's first line; the system headers that
 * declare them come first, so that only uses are poisoned. */
#ifndef STILE_BASE_BANNED_H
#define STILE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <mm_malloc.h> /* inline functions that call malloc; reached through immintrin.h */
#endif

#define STILE_BANNED(name) stile_banned_##name
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef sprintf
#undef vsprintf
#undef gets
#undef atoi
#undef atol
#undef atof
#define strcpy(d, s) STILE_BANNED(strcpy)
#define strcat(d, s) STILE_BANNED(strcat)
#define strncpy(d, s, n) STILE_BANNED(strncpy)
#define strncat(d, s, n) STILE_BANNED(strncat)
#define strtok(s, d) STILE_BANNED(strtok)
#define sprintf(...) STILE_BANNED(sprintf)
#define vsprintf(...) STILE_BANNED(vsprintf)
#define gets(s) STILE_BANNED(gets)
#define atoi(s) STILE_BANNED(atoi)
#define atol(s) STILE_BANNED(atol)
#define atof(s) STILE_BANNED(atof)
#define localtime(t) STILE_BANNED(localtime)
#define gmtime(t) STILE_BANNED(gmtime)
#define asctime(t) STILE_BANNED(asctime)

/* The heap has one door: base/memory.h. */
#define malloc(n) STILE_BANNED(malloc)
#define calloc(n, s) STILE_BANNED(calloc)
#define realloc(p, n) STILE_BANNED(realloc)
#define strdup(s) STILE_BANNED(strdup)
#define strndup(s, n) STILE_BANNED(strndup)

#endif
